// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Testing

/// A volume's snapshot, with the record that CreateSnapshot writes of it.
struct TakenSnapshot: Sendable {
    let id: String
    let name: String

    /// Takes a snapshot of a volume's image.
    init(of volume: MadeVolume, named name: String, in installation: Installation) async throws {
        let io = installation.context
        let (snapshot, size) = try await io.withImage(.name(volume.imageName), readOnly: false) { image in
            try image.createSnapshot(name)
            return (try #require(try image.snapshots().first { $0.name == name }), try image.size)
        }
        let opened = try await RecordStore.open(io, layouts: LayoutCache(), creating: false)
        let store = try #require(opened)
        let key = RecordKey(instance: "rbd.locker.csi", snapshot: "\(volume.plan.name)/\(name)")
        let imageID = try await io.imageID(named: volume.imageName)
        let record = SnapshotRecord(
            phase: .ready,
            requestName: name,
            sourceVolumeID: volume.id,
            sourceName: volume.plan.name,
            payloadBytes: Int64(size),
            imageName: volume.imageName,
            imageID: imageID,
            fsid: io.cluster.fsid,
            poolID: io.poolID,
            radosNamespace: io.namespace,
            snapshotName: name,
            snapshotID: snapshot.id
        )
        try #require(try await store.put(record, at: key, replacing: nil) != nil)
        self.name = name
        self.id = try SnapshotHandle(
            clusterID: Installation.clusterID,
            poolID: io.poolID,
            namespace: io.namespace,
            recordKey: key,
            imageID: imageID,
            snapshotID: snapshot.id,
            keys: try InstanceKeys(parsing: "correct-horse-battery-staple")
        ).text
    }
}
