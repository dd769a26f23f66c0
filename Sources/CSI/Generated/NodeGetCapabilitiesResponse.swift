// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.NodeGetCapabilitiesResponse`.
package struct NodeGetCapabilitiesResponse: Sendable, Hashable {
    /// `capabilities`, field 1.
    package var capabilities: [NodeServiceCapability]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        capabilities: [NodeServiceCapability] = []
    ) {
        self.capabilities = capabilities
    }
}

extension NodeGetCapabilitiesResponse: WireMessage {
    package static let fullName = "csi.v1.NodeGetCapabilitiesResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__node_get_capabilities_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeGetCapabilitiesResponse.self).pointee
        self.init()
        self.capabilities = WireReading.messages(raw.capabilities, raw.n_capabilities)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeGetCapabilitiesResponse.self)
        raw.pointee.n_capabilities = self.capabilities.count
        raw.pointee.capabilities = try arena.messages(self.capabilities, as: Csi__V1__NodeServiceCapability.self)
    }
}
