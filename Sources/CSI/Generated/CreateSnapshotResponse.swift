// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.CreateSnapshotResponse`.
package struct CreateSnapshotResponse: Sendable, Hashable {
    /// `snapshot`, field 1.
    package var snapshot: Snapshot?

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        snapshot: Snapshot? = nil
    ) {
        self.snapshot = snapshot
    }
}

extension CreateSnapshotResponse: WireMessage {
    package static let fullName = "csi.v1.CreateSnapshotResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__create_snapshot_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__CreateSnapshotResponse.self).pointee
        self.init()
        self.snapshot = raw.snapshot.map { Snapshot(wire: $0) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__CreateSnapshotResponse.self)
        if let value = self.snapshot {
            raw.pointee.snapshot = try arena.message(value, as: Csi__V1__Snapshot.self)
        }
    }
}
