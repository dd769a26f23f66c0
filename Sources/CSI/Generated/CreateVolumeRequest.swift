// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC
package import Redaction

/// name makes the call idempotent. Of capacity_range at least one bound is set. parameters come from the StorageClass.
package struct CreateVolumeRequest: Sendable, Hashable {
    /// `name`, field 1.
    package var name: String

    /// `capacity_range`, field 2.
    package var capacityRange: CapacityRange?

    /// `volume_capabilities`, field 3.
    package var volumeCapabilities: [VolumeCapability]

    /// `parameters`, field 4.
    package var parameters: [String: String]

    /// `secrets`, field 5.
    package var secrets: [String: Secret]

    /// `volume_content_source`, field 6.
    package var volumeContentSource: VolumeContentSource?

    /// `accessibility_requirements`, field 7.
    package var accessibilityRequirements: TopologyRequirement?

    /// `mutable_parameters`, field 8.
    package var mutableParameters: [String: String]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        name: String = "",
        capacityRange: CapacityRange? = nil,
        volumeCapabilities: [VolumeCapability] = [],
        parameters: [String: String] = [:],
        secrets: [String: Secret] = [:],
        volumeContentSource: VolumeContentSource? = nil,
        accessibilityRequirements: TopologyRequirement? = nil,
        mutableParameters: [String: String] = [:]
    ) {
        self.name = name
        self.capacityRange = capacityRange
        self.volumeCapabilities = volumeCapabilities
        self.parameters = parameters
        self.secrets = secrets
        self.volumeContentSource = volumeContentSource
        self.accessibilityRequirements = accessibilityRequirements
        self.mutableParameters = mutableParameters
    }
}

extension CreateVolumeRequest: WireMessage {
    package static let fullName = "csi.v1.CreateVolumeRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__create_volume_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__CreateVolumeRequest.self).pointee
        self.init()
        self.name = WireReading.string(raw.name)
        self.capacityRange = raw.capacity_range.map { CapacityRange(wire: $0) }
        self.volumeCapabilities = WireReading.messages(raw.volume_capabilities, raw.n_volume_capabilities)
        self.parameters = WireReading.map(raw.parameters, raw.n_parameters) { ($0.key, $0.value) }
        self.secrets = WireReading.secrets(raw.secrets, raw.n_secrets) { ($0.key, $0.value) }
        self.volumeContentSource = raw.volume_content_source.map { VolumeContentSource(wire: $0) }
        self.accessibilityRequirements = raw.accessibility_requirements.map { TopologyRequirement(wire: $0) }
        self.mutableParameters = WireReading.map(raw.mutable_parameters, raw.n_mutable_parameters) {
            ($0.key, $0.value)
        }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__CreateVolumeRequest.self)
        raw.pointee.name = try arena.string(self.name, "csi.v1.CreateVolumeRequest.name")
        if let value = self.capacityRange {
            raw.pointee.capacity_range = try arena.message(value, as: Csi__V1__CapacityRange.self)
        }
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
            as: Csi__V1__CreateVolumeRequest__ParametersEntry.self,
            "csi.v1.CreateVolumeRequest.parameters"
        )
        raw.pointee.n_secrets = self.secrets.count
        raw.pointee.secrets = try arena.entries(
            self.secrets,
            in: Self.wireDescriptor,
            field: 5,
            as: Csi__V1__CreateVolumeRequest__SecretsEntry.self,
            "csi.v1.CreateVolumeRequest.secrets"
        )
        if let value = self.volumeContentSource {
            raw.pointee.volume_content_source = try arena.message(value, as: Csi__V1__VolumeContentSource.self)
        }
        if let value = self.accessibilityRequirements {
            raw.pointee.accessibility_requirements = try arena.message(value, as: Csi__V1__TopologyRequirement.self)
        }
        raw.pointee.n_mutable_parameters = self.mutableParameters.count
        raw.pointee.mutable_parameters = try arena.entries(
            self.mutableParameters,
            in: Self.wireDescriptor,
            field: 8,
            as: Csi__V1__CreateVolumeRequest__MutableParametersEntry.self,
            "csi.v1.CreateVolumeRequest.mutable_parameters"
        )
    }
}
