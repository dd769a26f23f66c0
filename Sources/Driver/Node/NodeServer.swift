// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore
package import Locker
internal import SystemPackage

/// The Node service: validate, one operation per volume, act, answer.
package struct NodeServer: NodeService {
    private let volumes: NodeVolumes
    private let operations: OperationRegistry
    private let topology: [String: String]
    private let maxVolumes: Int64

    /// The service of a node's volumes.
    ///
    /// - Parameters:
    ///   - topology: the node's segments.
    ///   - maxVolumes: how many volumes it takes at most.
    package init(
        volumes: NodeVolumes,
        operations: OperationRegistry,
        topology: [String: String],
        maxVolumes: Int64
    ) {
        self.volumes = volumes
        self.operations = operations
        self.topology = topology
        self.maxVolumes = maxVolumes
    }

    package func nodeGetCapabilities(
        _ request: NodeGetCapabilitiesRequest,
        context: ServerContext
    ) async throws -> NodeGetCapabilitiesResponse {
        let kinds: [NodeServiceCapability.RPC.Kind] = [
            .stageUnstageVolume, .getVolumeStats, .expandVolume, .volumeCondition, .singleNodeMultiWriter,
            .volumeMountGroup,
        ]
        return NodeGetCapabilitiesResponse(
            capabilities: kinds.map { NodeServiceCapability(kind: .rpc(.init(type: $0))) }
        )
    }

    package func nodeGetInfo(
        _ request: NodeGetInfoRequest,
        context: ServerContext
    ) async throws -> NodeGetInfoResponse {
        NodeGetInfoResponse(
            nodeID: self.volumes.node.nodeID,
            maxVolumesPerNode: self.maxVolumes,
            accessibleTopology: Topology(segments: self.topology)
        )
    }

    package func nodeStageVolume(
        _ request: NodeStageVolumeRequest,
        context: ServerContext
    ) async throws -> NodeStageVolumeResponse {
        let stage = try StageRequest(request, handle: self.volumes.handle, path: self.volumes.path)
        try await self.run(stage.handle, "NodeStageVolume", request) { try await self.volumes.stage(stage) }
        return NodeStageVolumeResponse()
    }

    package func nodeUnstageVolume(
        _ request: NodeUnstageVolumeRequest,
        context: ServerContext
    ) async throws -> NodeUnstageVolumeResponse {
        try FieldRules.required(request.volumeID, "volume_id")
        try FieldRules.path(request.stagingTargetPath, "staging_target_path")
        let handle = try self.volumes.handle(request.volumeID)
        let path = self.volumes.path(request.stagingTargetPath)
        try await self.run(handle, "NodeUnstageVolume", request) {
            try await self.volumes.unstage(handle, stagingPath: path)
        }
        return NodeUnstageVolumeResponse()
    }

    package func nodePublishVolume(
        _ request: NodePublishVolumeRequest,
        context: ServerContext
    ) async throws -> NodePublishVolumeResponse {
        let publish = try PublishRequest(request, handle: self.volumes.handle, path: self.volumes.path)
        try await self.run(publish.handle, "NodePublishVolume", request) { try await self.volumes.publish(publish) }
        return NodePublishVolumeResponse()
    }

    package func nodeUnpublishVolume(
        _ request: NodeUnpublishVolumeRequest,
        context: ServerContext
    ) async throws -> NodeUnpublishVolumeResponse {
        try FieldRules.required(request.volumeID, "volume_id")
        try FieldRules.path(request.targetPath, "target_path")
        let handle = try self.volumes.handle(request.volumeID)
        let path = self.volumes.path(request.targetPath)
        try await self.run(handle, "NodeUnpublishVolume", request) {
            try await self.volumes.unpublish(handle, targetPath: path)
        }
        return NodeUnpublishVolumeResponse()
    }

    /// Statistics wait for no operation: they change nothing and must answer while a stage hangs.
    package func nodeGetVolumeStats(
        _ request: NodeGetVolumeStatsRequest,
        context: ServerContext
    ) async throws -> NodeGetVolumeStatsResponse {
        try FieldRules.required(request.volumeID, "volume_id")
        try FieldRules.place(request.volumePath, "volume_path")
        let handle = try self.volumes.handle(request.volumeID)
        return try await self.volumes.statistics(handle, path: self.volumes.path(request.volumePath))
    }

    package func nodeExpandVolume(
        _ request: NodeExpandVolumeRequest,
        context: ServerContext
    ) async throws -> NodeExpandVolumeResponse {
        try FieldRules.required(request.volumeID, "volume_id")
        try FieldRules.place(request.volumePath, "volume_path")
        if let capability = request.volumeCapability { _ = try CapabilityRules.checked(capability) }
        try FieldRules.secrets(request.secrets)
        let capacity = try request.capacityRange.map(CapacityBounds.init(checking:))
        let handle = try self.volumes.handle(request.volumeID)
        let path = self.volumes.path(request.volumePath)
        let size = try await self.run(handle, "NodeExpandVolume", request) {
            try await self.volumes.expand(handle, path: path, capacity: capacity, secrets: request.secrets)
        }
        return NodeExpandVolumeResponse(capacityBytes: size)
    }

    private func run<Value: Sendable>(
        _ handle: VolumeHandle,
        _ what: String,
        _ request: some Hashable & Sendable,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await self.operations.run(key: handle.recordKey.hex, label: handle.text, what: what, request: request, body)
    }
}
