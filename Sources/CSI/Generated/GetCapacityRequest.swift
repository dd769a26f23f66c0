// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.GetCapacityRequest`.
package struct GetCapacityRequest: Sendable, Hashable {
    /// `volume_capabilities`, field 1.
    package var volumeCapabilities: [VolumeCapability]

    /// `parameters`, field 2.
    package var parameters: [String: String]

    /// `accessible_topology`, field 3.
    package var accessibleTopology: Topology?

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        volumeCapabilities: [VolumeCapability] = [],
        parameters: [String: String] = [:],
        accessibleTopology: Topology? = nil
    ) {
        self.volumeCapabilities = volumeCapabilities
        self.parameters = parameters
        self.accessibleTopology = accessibleTopology
    }
}

extension GetCapacityRequest: WireMessage {
    package static let fullName = "csi.v1.GetCapacityRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__get_capacity_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GetCapacityRequest.self).pointee
        self.init()
        self.volumeCapabilities = WireReading.messages(raw.volume_capabilities, raw.n_volume_capabilities)
        self.parameters = WireReading.map(raw.parameters, raw.n_parameters) { ($0.key, $0.value) }
        self.accessibleTopology = raw.accessible_topology.map { Topology(wire: $0) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GetCapacityRequest.self)
        raw.pointee.n_volume_capabilities = self.volumeCapabilities.count
        raw.pointee.volume_capabilities = try arena.messages(
            self.volumeCapabilities,
            as: Csi__V1__VolumeCapability.self
        )
        raw.pointee.n_parameters = self.parameters.count
        raw.pointee.parameters = try arena.entries(
            self.parameters,
            in: Self.wireDescriptor,
            field: 2,
            as: Csi__V1__GetCapacityRequest__ParametersEntry.self,
            "csi.v1.GetCapacityRequest.parameters"
        )
        if let value = self.accessibleTopology {
            raw.pointee.accessible_topology = try arena.message(value, as: Csi__V1__Topology.self)
        }
    }
}
