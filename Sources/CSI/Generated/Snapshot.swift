// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
internal import GoogleWire
package import ProtobufC

/// A snapshot as the orchestrator remembers it. ready_to_use false: call CreateSnapshot again.
package struct Snapshot: Sendable, Hashable {
    /// `size_bytes`, field 1.
    package var sizeBytes: Int64

    /// `snapshot_id`, field 2.
    package var snapshotID: String

    /// `source_volume_id`, field 3.
    package var sourceVolumeID: String

    /// `creation_time`, field 4.
    package var creationTime: Timestamp?

    /// `ready_to_use`, field 5.
    package var readyToUse: Bool

    /// `group_snapshot_id`, field 6.
    package var groupSnapshotID: String

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        sizeBytes: Int64 = 0,
        snapshotID: String = "",
        sourceVolumeID: String = "",
        creationTime: Timestamp? = nil,
        readyToUse: Bool = false,
        groupSnapshotID: String = ""
    ) {
        self.sizeBytes = sizeBytes
        self.snapshotID = snapshotID
        self.sourceVolumeID = sourceVolumeID
        self.creationTime = creationTime
        self.readyToUse = readyToUse
        self.groupSnapshotID = groupSnapshotID
    }
}

extension Snapshot: WireMessage {
    package static let fullName = "csi.v1.Snapshot"
    package static let wireDescriptor = WireDescriptor(csi__v1__snapshot__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__Snapshot.self).pointee
        self.init()
        self.sizeBytes = raw.size_bytes
        self.snapshotID = WireReading.string(raw.snapshot_id)
        self.sourceVolumeID = WireReading.string(raw.source_volume_id)
        self.creationTime = raw.creation_time.map { Timestamp(seconds: $0.pointee.seconds, nanos: $0.pointee.nanos) }
        self.readyToUse = raw.ready_to_use != 0
        self.groupSnapshotID = WireReading.string(raw.group_snapshot_id)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__Snapshot.self)
        raw.pointee.size_bytes = self.sizeBytes
        raw.pointee.snapshot_id = try arena.string(self.snapshotID, "csi.v1.Snapshot.snapshot_id")
        raw.pointee.source_volume_id = try arena.string(self.sourceVolumeID, "csi.v1.Snapshot.source_volume_id")
        if let value = self.creationTime {
            let wrapped = arena.structure(in: Self.wireDescriptor, field: 4, as: Google__Protobuf__Timestamp.self)
            wrapped.pointee.seconds = value.seconds
            wrapped.pointee.nanos = value.nanos
            raw.pointee.creation_time = wrapped
        }
        raw.pointee.ready_to_use = self.readyToUse ? 1 : 0
        raw.pointee.group_snapshot_id = try arena.string(self.groupSnapshotID, "csi.v1.Snapshot.group_snapshot_id")
    }
}
