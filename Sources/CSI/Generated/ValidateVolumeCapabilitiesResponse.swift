// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// confirmed is set only when every capability holds; message says why not.
package struct ValidateVolumeCapabilitiesResponse: Sendable, Hashable {
    /// `confirmed`, field 1.
    package var confirmed: ValidateVolumeCapabilitiesResponse.Confirmed?

    /// `message`, field 2.
    package var message: String

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        confirmed: ValidateVolumeCapabilitiesResponse.Confirmed? = nil,
        message: String = ""
    ) {
        self.confirmed = confirmed
        self.message = message
    }

    /// `csi.v1.ValidateVolumeCapabilitiesResponse.Confirmed`.
    package struct Confirmed: Sendable, Hashable {
        /// `volume_context`, field 1.
        package var volumeContext: [String: String]

        /// `volume_capabilities`, field 2.
        package var volumeCapabilities: [VolumeCapability]

        /// `parameters`, field 3.
        package var parameters: [String: String]

        /// `mutable_parameters`, field 4.
        package var mutableParameters: [String: String]

        /// A message with these fields; what is left out has its proto3 default.
        package init(
            volumeContext: [String: String] = [:],
            volumeCapabilities: [VolumeCapability] = [],
            parameters: [String: String] = [:],
            mutableParameters: [String: String] = [:]
        ) {
            self.volumeContext = volumeContext
            self.volumeCapabilities = volumeCapabilities
            self.parameters = parameters
            self.mutableParameters = mutableParameters
        }
    }
}

extension ValidateVolumeCapabilitiesResponse: WireMessage {
    package static let fullName = "csi.v1.ValidateVolumeCapabilitiesResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__validate_volume_capabilities_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ValidateVolumeCapabilitiesResponse.self).pointee
        self.init()
        self.confirmed = raw.confirmed.map { ValidateVolumeCapabilitiesResponse.Confirmed(wire: $0) }
        self.message = WireReading.string(raw.message)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ValidateVolumeCapabilitiesResponse.self)
        if let value = self.confirmed {
            raw.pointee.confirmed = try arena.message(
                value,
                as: Csi__V1__ValidateVolumeCapabilitiesResponse__Confirmed.self
            )
        }
        raw.pointee.message = try arena.string(self.message, "csi.v1.ValidateVolumeCapabilitiesResponse.message")
    }
}

extension ValidateVolumeCapabilitiesResponse.Confirmed: WireMessage {
    package static let fullName = "csi.v1.ValidateVolumeCapabilitiesResponse.Confirmed"
    package static let wireDescriptor = WireDescriptor(csi__v1__validate_volume_capabilities_response__confirmed__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ValidateVolumeCapabilitiesResponse__Confirmed.self).pointee
        self.init()
        self.volumeContext = WireReading.map(raw.volume_context, raw.n_volume_context) { ($0.key, $0.value) }
        self.volumeCapabilities = WireReading.messages(raw.volume_capabilities, raw.n_volume_capabilities)
        self.parameters = WireReading.map(raw.parameters, raw.n_parameters) { ($0.key, $0.value) }
        self.mutableParameters = WireReading.map(raw.mutable_parameters, raw.n_mutable_parameters) {
            ($0.key, $0.value)
        }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ValidateVolumeCapabilitiesResponse__Confirmed.self)
        raw.pointee.n_volume_context = self.volumeContext.count
        raw.pointee.volume_context = try arena.entries(
            self.volumeContext,
            in: Self.wireDescriptor,
            field: 1,
            as: Csi__V1__ValidateVolumeCapabilitiesResponse__Confirmed__VolumeContextEntry.self,
            "csi.v1.ValidateVolumeCapabilitiesResponse.Confirmed.volume_context"
        )
        raw.pointee.n_volume_capabilities = self.volumeCapabilities.count
        raw.pointee.volume_capabilities = try arena.messages(
            self.volumeCapabilities,
            as: Csi__V1__VolumeCapability.self
        )
        raw.pointee.n_parameters = self.parameters.count
        raw.pointee.parameters = try arena.entries(
            self.parameters,
            in: Self.wireDescriptor,
            field: 3,
            as: Csi__V1__ValidateVolumeCapabilitiesResponse__Confirmed__ParametersEntry.self,
            "csi.v1.ValidateVolumeCapabilitiesResponse.Confirmed.parameters"
        )
        raw.pointee.n_mutable_parameters = self.mutableParameters.count
        raw.pointee.mutable_parameters = try arena.entries(
            self.mutableParameters,
            in: Self.wireDescriptor,
            field: 4,
            as: Csi__V1__ValidateVolumeCapabilitiesResponse__Confirmed__MutableParametersEntry.self,
            "csi.v1.ValidateVolumeCapabilitiesResponse.Confirmed.mutable_parameters"
        )
    }
}
