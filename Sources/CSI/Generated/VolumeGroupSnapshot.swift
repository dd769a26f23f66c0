// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
internal import GoogleWire
package import ProtobufC

/// Snapshots taken together, with the order of writes kept.
package struct VolumeGroupSnapshot: Sendable, Hashable {
    /// `group_snapshot_id`, field 1.
    package var groupSnapshotID: String

    /// `snapshots`, field 2.
    package var snapshots: [Snapshot]

    /// `creation_time`, field 3.
    package var creationTime: Timestamp?

    /// `ready_to_use`, field 4.
    package var readyToUse: Bool

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        groupSnapshotID: String = "",
        snapshots: [Snapshot] = [],
        creationTime: Timestamp? = nil,
        readyToUse: Bool = false
    ) {
        self.groupSnapshotID = groupSnapshotID
        self.snapshots = snapshots
        self.creationTime = creationTime
        self.readyToUse = readyToUse
    }
}

extension VolumeGroupSnapshot: WireMessage {
    package static let fullName = "csi.v1.VolumeGroupSnapshot"
    package static let wireDescriptor = WireDescriptor(csi__v1__volume_group_snapshot__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__VolumeGroupSnapshot.self).pointee
        self.init()
        self.groupSnapshotID = WireReading.string(raw.group_snapshot_id)
        self.snapshots = WireReading.messages(raw.snapshots, raw.n_snapshots)
        self.creationTime = raw.creation_time.map { Timestamp(seconds: $0.pointee.seconds, nanos: $0.pointee.nanos) }
        self.readyToUse = raw.ready_to_use != 0
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__VolumeGroupSnapshot.self)
        raw.pointee.group_snapshot_id = try arena.string(
            self.groupSnapshotID,
            "csi.v1.VolumeGroupSnapshot.group_snapshot_id"
        )
        raw.pointee.n_snapshots = self.snapshots.count
        raw.pointee.snapshots = try arena.messages(self.snapshots, as: Csi__V1__Snapshot.self)
        if let value = self.creationTime {
            let wrapped = arena.structure(in: Self.wireDescriptor, field: 3, as: Google__Protobuf__Timestamp.self)
            wrapped.pointee.seconds = value.seconds
            wrapped.pointee.nanos = value.nanos
            raw.pointee.creation_time = wrapped
        }
        raw.pointee.ready_to_use = self.readyToUse ? 1 : 0
    }
}
