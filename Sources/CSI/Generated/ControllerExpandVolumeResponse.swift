// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// node_expansion_required asks for NodeExpandVolume to follow.
package struct ControllerExpandVolumeResponse: Sendable, Hashable {
    /// `capacity_bytes`, field 1.
    package var capacityBytes: Int64

    /// `node_expansion_required`, field 2.
    package var nodeExpansionRequired: Bool

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        capacityBytes: Int64 = 0,
        nodeExpansionRequired: Bool = false
    ) {
        self.capacityBytes = capacityBytes
        self.nodeExpansionRequired = nodeExpansionRequired
    }
}

extension ControllerExpandVolumeResponse: WireMessage {
    package static let fullName = "csi.v1.ControllerExpandVolumeResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__controller_expand_volume_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerExpandVolumeResponse.self).pointee
        self.init()
        self.capacityBytes = raw.capacity_bytes
        self.nodeExpansionRequired = raw.node_expansion_required != 0
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerExpandVolumeResponse.self)
        raw.pointee.capacity_bytes = self.capacityBytes
        raw.pointee.node_expansion_required = self.nodeExpansionRequired ? 1 : 0
    }
}
