// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore
internal import Locker
internal import Rados

extension GroupServer {
    package func createVolumeGroupSnapshot(
        _ request: CreateVolumeGroupSnapshotRequest,
        context: ServerContext
    ) async throws -> CreateVolumeGroupSnapshotResponse {
        try FieldRules.name(request.name, "name")
        guard !request.sourceVolumeIDs.isEmpty else { throw FieldError("source_volume_ids", "is required") }
        try FieldRules.map(request.parameters, "parameters")
        try FieldRules.secrets(request.secrets)
        let parameters = try SnapshotParameters(request.parameters)
        let (sources, entry) = try self.sources(request.sourceVolumeIDs)
        let target = try self.controller.target(request.secrets, on: entry)
        let location = VolumeLocation(clusterID: entry.clusterID, target: target)
        let group = GroupSnapshotRequest(name: request.name, sources: sources, parameters: parameters)
        let description = try await self.controller.operations.run(
            key: self.volumes.groupSnapshotKey(named: request.name).hex,
            label: "group snapshot \"\(request.name)\"",
            what: "CreateVolumeGroupSnapshot",
            request: request
        ) {
            try await self.volumes.createGroupSnapshot(
                group,
                at: location,
                candidates: self.controller.candidates(entry)
            )
        }
        return CreateVolumeGroupSnapshotResponse(groupSnapshot: VolumeGroupSnapshot(description))
    }

    /// The volumes, and the cluster that all of them are on.
    private func sources(_ texts: [String]) throws -> ([VolumeHandle], ClusterConfiguration.Entry) {
        var sources: [VolumeHandle] = []
        var common: ClusterConfiguration.Entry?
        for (index, text) in texts.enumerated() {
            try FieldRules.required(text, "source_volume_ids[\(index)]")
            guard let (handle, entry) = try self.controller.handle(text) else {
                throw LockerError(.notFound, "volume \(text) does not exist")
            }
            if let common, common.clusterID != entry.clusterID {
                throw LockerError(
                    .failedPrecondition,
                    "volume \(text) is on the cluster \"\(entry.clusterID)\", the volumes before it on"
                        + " \"\(common.clusterID)\"; volumes of two clusters cannot be snapshotted at one moment"
                )
            }
            common = entry
            sources.append(handle)
        }
        guard let common else { throw FieldError("source_volume_ids", "is required") }
        return (sources, common)
    }
}
