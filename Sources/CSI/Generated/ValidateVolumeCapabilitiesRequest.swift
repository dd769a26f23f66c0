// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC
package import Redaction

/// Asks whether an existing volume has all of these capabilities.
package struct ValidateVolumeCapabilitiesRequest: Sendable, Hashable {
    /// `volume_id`, field 1.
    package var volumeID: String

    /// `volume_context`, field 2.
    package var volumeContext: [String: String]

    /// `volume_capabilities`, field 3.
    package var volumeCapabilities: [VolumeCapability]

    /// `parameters`, field 4.
    package var parameters: [String: String]

    /// `secrets`, field 5.
    package var secrets: [String: Secret]

    /// `mutable_parameters`, field 6.
    package var mutableParameters: [String: String]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        volumeID: String = "",
        volumeContext: [String: String] = [:],
        volumeCapabilities: [VolumeCapability] = [],
        parameters: [String: String] = [:],
        secrets: [String: Secret] = [:],
        mutableParameters: [String: String] = [:]
    ) {
        self.volumeID = volumeID
        self.volumeContext = volumeContext
        self.volumeCapabilities = volumeCapabilities
        self.parameters = parameters
        self.secrets = secrets
        self.mutableParameters = mutableParameters
    }
}

extension ValidateVolumeCapabilitiesRequest: WireMessage {
    package static let fullName = "csi.v1.ValidateVolumeCapabilitiesRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__validate_volume_capabilities_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ValidateVolumeCapabilitiesRequest.self).pointee
        self.init()
        self.volumeID = WireReading.string(raw.volume_id)
        self.volumeContext = WireReading.map(raw.volume_context, raw.n_volume_context) { ($0.key, $0.value) }
        self.volumeCapabilities = WireReading.messages(raw.volume_capabilities, raw.n_volume_capabilities)
        self.parameters = WireReading.map(raw.parameters, raw.n_parameters) { ($0.key, $0.value) }
        self.secrets = WireReading.secrets(raw.secrets, raw.n_secrets) { ($0.key, $0.value) }
        self.mutableParameters = WireReading.map(raw.mutable_parameters, raw.n_mutable_parameters) {
            ($0.key, $0.value)
        }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ValidateVolumeCapabilitiesRequest.self)
        raw.pointee.volume_id = try arena.string(self.volumeID, "csi.v1.ValidateVolumeCapabilitiesRequest.volume_id")
        raw.pointee.n_volume_context = self.volumeContext.count
        raw.pointee.volume_context = try arena.entries(
            self.volumeContext,
            in: Self.wireDescriptor,
            field: 2,
            as: Csi__V1__ValidateVolumeCapabilitiesRequest__VolumeContextEntry.self,
            "csi.v1.ValidateVolumeCapabilitiesRequest.volume_context"
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
            field: 4,
            as: Csi__V1__ValidateVolumeCapabilitiesRequest__ParametersEntry.self,
            "csi.v1.ValidateVolumeCapabilitiesRequest.parameters"
        )
        raw.pointee.n_secrets = self.secrets.count
        raw.pointee.secrets = try arena.entries(
            self.secrets,
            in: Self.wireDescriptor,
            field: 5,
            as: Csi__V1__ValidateVolumeCapabilitiesRequest__SecretsEntry.self,
            "csi.v1.ValidateVolumeCapabilitiesRequest.secrets"
        )
        raw.pointee.n_mutable_parameters = self.mutableParameters.count
        raw.pointee.mutable_parameters = try arena.entries(
            self.mutableParameters,
            in: Self.wireDescriptor,
            field: 6,
            as: Csi__V1__ValidateVolumeCapabilitiesRequest__MutableParametersEntry.self,
            "csi.v1.ValidateVolumeCapabilitiesRequest.mutable_parameters"
        )
    }
}
