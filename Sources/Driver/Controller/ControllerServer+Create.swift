// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore
internal import Locker
internal import LockerProto
internal import Redaction

extension ControllerServer {
    package func createVolume(
        _ request: CreateVolumeRequest,
        context: ServerContext
    ) async throws -> CreateVolumeResponse {
        let volume = try self.checked(request)
        let entry = try self.catalog.clusters().entry(volume.parameters.clusterID)
        let target = try self.target(request.secrets, on: entry)
        let location = VolumeLocation(clusterID: entry.clusterID, target: target)
        let description = try await self.operations.run(
            key: self.volumes.recordKey(named: request.name).hex,
            label: "\"\(request.name)\"",
            what: "CreateVolume",
            request: request
        ) {
            try await self.volumes.create(volume, at: location, configuredNamespace: entry.radosNamespace)
        }
        self.catalog.met.note(target, on: entry)
        return CreateVolumeResponse(
            volume: Volume(
                capacityBytes: description.capacityBytes,
                volumeID: description.handle.text,
                volumeContext: VolumeContext.of(description),
                contentSource: Self.contentSource(of: description.record),
                accessibleTopology: description.record.topology.isEmpty
                    ? [] : [Topology(segments: description.record.topology)]
            )
        )
    }

    private func checked(_ request: CreateVolumeRequest) throws -> VolumeRequest {
        try FieldRules.name(request.name, "name")
        try FieldRules.map(request.parameters, "parameters")
        try FieldRules.map(request.mutableParameters, "mutable_parameters")
        try FieldRules.secrets(request.secrets)
        let limits = try VolumeLimits(request.mutableParameters)
        try limits.check()
        let source = try self.source(request.volumeContentSource)
        let capabilities = try CapabilityRules.records(of: request.volumeCapabilities)
        let capacity =
            try request.capacityRange.map(CapacityBounds.init(checking:)) ?? CapacityBounds(required: 0, limit: 0)
        let parameters = try ClassParameters(request.parameters)
        var volume = VolumeRequest(
            name: request.name,
            capacity: capacity,
            parameters: parameters,
            capabilities: capabilities,
            source: source
        )
        volume.limits = limits
        volume.keys = try self.wrappingKeys(for: parameters, secrets: request.secrets)
        volume.topology = try TopologyWish(checking: request.accessibilityRequirements)
        return volume
    }

    /// What wraps the keys of a class' volumes; `nil` if it encrypts none.
    private func wrappingKeys(
        for parameters: ClassParameters,
        secrets: [String: Secret]
    ) throws -> (any KeyKeeper)? {
        guard parameters.isEncrypted else { return nil }
        guard let keys = try self.keyKeepers.keeper(secrets, course: parameters.course) else {
            throw LockerError(
                .invalidArgument,
                "parameter encrypted needs a key-encryption key for course \"\(parameters.course)\", and there is none in"
                    + " \(self.keyKeepers.places(course: parameters.course)); make one with: openssl rand -base64 32"
            )
        }
        return keys
    }
}
