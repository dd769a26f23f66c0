// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.GetPluginCapabilitiesResponse`.
package struct GetPluginCapabilitiesResponse: Sendable, Hashable {
    /// `capabilities`, field 1.
    package var capabilities: [PluginCapability]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        capabilities: [PluginCapability] = []
    ) {
        self.capabilities = capabilities
    }
}

extension GetPluginCapabilitiesResponse: WireMessage {
    package static let fullName = "csi.v1.GetPluginCapabilitiesResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__get_plugin_capabilities_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GetPluginCapabilitiesResponse.self).pointee
        self.init()
        self.capabilities = WireReading.messages(raw.capabilities, raw.n_capabilities)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GetPluginCapabilitiesResponse.self)
        raw.pointee.n_capabilities = self.capabilities.count
        raw.pointee.capabilities = try arena.messages(self.capabilities, as: Csi__V1__PluginCapability.self)
    }
}
