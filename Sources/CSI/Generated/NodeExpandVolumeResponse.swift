// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.NodeExpandVolumeResponse`.
package struct NodeExpandVolumeResponse: Sendable, Hashable {
    /// `capacity_bytes`, field 1.
    package var capacityBytes: Int64

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        capacityBytes: Int64 = 0
    ) {
        self.capacityBytes = capacityBytes
    }
}

extension NodeExpandVolumeResponse: WireMessage {
    package static let fullName = "csi.v1.NodeExpandVolumeResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__node_expand_volume_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeExpandVolumeResponse.self).pointee
        self.init()
        self.capacityBytes = raw.capacity_bytes
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeExpandVolumeResponse.self)
        raw.pointee.capacity_bytes = self.capacityBytes
    }
}
