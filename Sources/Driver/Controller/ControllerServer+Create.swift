// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore
internal import Locker
internal import LockerProto

extension ControllerServer {
    package func createVolume(
        _ request: CreateVolumeRequest,
        context: ServerContext
    ) async throws -> CreateVolumeResponse {
        let volume = try Self.checked(request)
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
        return CreateVolumeResponse(
            volume: Volume(
                capacityBytes: description.capacityBytes,
                volumeID: description.handle.text,
                volumeContext: [
                    "clusterID": description.clusterID, "pool": description.pool,
                    "radosNamespace": description.namespace, "imageName": description.record.imageName,
                ]
            )
        )
    }

    private static func checked(_ request: CreateVolumeRequest) throws -> VolumeRequest {
        try FieldRules.name(request.name, "name")
        try FieldRules.map(request.parameters, "parameters")
        try FieldRules.map(request.mutableParameters, "mutable_parameters")
        if let name = request.mutableParameters.keys.min() {
            throw FieldError("mutable_parameters", "\(name) is not known to Locker")
        }
        guard request.volumeContentSource == nil else {
            throw FieldError(
                "volume_content_source",
                "volumes from snapshots and clones are not offered by this version"
            )
        }
        let capabilities = try CapabilityRules.records(of: request.volumeCapabilities)
        if let range = request.capacityRange, range.requiredBytes == 0, range.limitBytes == 0 {
            throw FieldError("capacity_range", "states neither required_bytes nor limit_bytes")
        }
        let capacity = try CapacityBounds(
            required: request.capacityRange?.requiredBytes ?? 0,
            limit: request.capacityRange?.limitBytes ?? 0
        )
        let parameters = try ClassParameters(request.parameters)
        return VolumeRequest(
            name: request.name,
            capacity: capacity,
            parameters: parameters,
            capabilities: capabilities
        )
    }
}
