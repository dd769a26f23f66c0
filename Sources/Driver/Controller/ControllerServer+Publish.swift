// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore
internal import Locker

extension ControllerServer {
    /// Bytes of a node's id, as NodeGetInfo may tell it.
    private static let nodeIDLimit = 256

    package func controllerPublishVolume(
        _ request: ControllerPublishVolumeRequest,
        context: ServerContext
    ) async throws -> ControllerPublishVolumeResponse {
        try FieldRules.required(request.volumeID, "volume_id")
        guard !request.nodeID.isEmpty else { throw FieldError("node_id", "is required") }
        try FieldRules.string(request.nodeID, "node_id", limit: Self.nodeIDLimit)
        let capability = try CapabilityRules.checked(request.volumeCapability)
        try FieldRules.map(request.volumeContext, "volume_context")
        guard let (handle, entry) = try self.handle(request.volumeID) else {
            throw LockerError(.notFound, "volume \(request.volumeID) does not exist")
        }
        let location = VolumeLocation(clusterID: entry.clusterID, target: try self.target(request.secrets, on: entry))
        let publication = Publication(
            nodeID: request.nodeID,
            capability: CapabilityRules.record(of: capability),
            isReadOnly: request.readonly
        )
        try await self.operations.run(
            key: handle.recordKey.hex,
            label: handle.text,
            what: "ControllerPublishVolume",
            request: request
        ) {
            try await self.volumes.publish(
                handle,
                as: publication,
                ownNode: self.ownNode,
                at: location,
                candidates: self.candidates(entry)
            )
        }
        // The node reads the rest in the volume's record, which cannot be out of date.
        return ControllerPublishVolumeResponse()
    }

    package func controllerUnpublishVolume(
        _ request: ControllerUnpublishVolumeRequest,
        context: ServerContext
    ) async throws -> ControllerUnpublishVolumeResponse {
        try FieldRules.required(request.volumeID, "volume_id")
        try FieldRules.string(request.nodeID, "node_id", limit: Self.nodeIDLimit)
        // A text that Locker never wrote names a volume that no node can have.
        guard let (handle, entry) = try self.handle(request.volumeID) else {
            return ControllerUnpublishVolumeResponse()
        }
        let location = VolumeLocation(clusterID: entry.clusterID, target: try self.target(request.secrets, on: entry))
        try await self.operations.run(
            key: handle.recordKey.hex,
            label: handle.text,
            what: "ControllerUnpublishVolume",
            request: request
        ) {
            try await self.volumes.unpublish(
                handle,
                from: request.nodeID,
                at: location,
                candidates: self.candidates(entry)
            )
        }
        return ControllerUnpublishVolumeResponse()
    }
}
