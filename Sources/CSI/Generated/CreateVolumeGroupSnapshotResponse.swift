// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.CreateVolumeGroupSnapshotResponse`.
package struct CreateVolumeGroupSnapshotResponse: Sendable, Hashable {
    /// `group_snapshot`, field 1.
    package var groupSnapshot: VolumeGroupSnapshot?

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        groupSnapshot: VolumeGroupSnapshot? = nil
    ) {
        self.groupSnapshot = groupSnapshot
    }
}

extension CreateVolumeGroupSnapshotResponse: WireMessage {
    package static let fullName = "csi.v1.CreateVolumeGroupSnapshotResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__create_volume_group_snapshot_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__CreateVolumeGroupSnapshotResponse.self).pointee
        self.init()
        self.groupSnapshot = raw.group_snapshot.map { VolumeGroupSnapshot(wire: $0) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__CreateVolumeGroupSnapshotResponse.self)
        if let value = self.groupSnapshot {
            raw.pointee.group_snapshot = try arena.message(value, as: Csi__V1__VolumeGroupSnapshot.self)
        }
    }
}
