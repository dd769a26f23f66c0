// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

package import GRPCCore
internal import GRPCWire

/// The methods of `csi.v1.Node` as gRPC names them.
package enum NodeMethod {
    /// `/csi.v1.Node/NodeStageVolume`.
    package static let nodeStageVolume = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Node",
        method: "NodeStageVolume"
    )
    /// `/csi.v1.Node/NodeUnstageVolume`.
    package static let nodeUnstageVolume = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Node",
        method: "NodeUnstageVolume"
    )
    /// `/csi.v1.Node/NodePublishVolume`.
    package static let nodePublishVolume = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Node",
        method: "NodePublishVolume"
    )
    /// `/csi.v1.Node/NodeUnpublishVolume`.
    package static let nodeUnpublishVolume = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Node",
        method: "NodeUnpublishVolume"
    )
    /// `/csi.v1.Node/NodeGetVolumeStats`.
    package static let nodeGetVolumeStats = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Node",
        method: "NodeGetVolumeStats"
    )
    /// `/csi.v1.Node/NodeExpandVolume`.
    package static let nodeExpandVolume = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Node",
        method: "NodeExpandVolume"
    )
    /// `/csi.v1.Node/NodeGetCapabilities`.
    package static let nodeGetCapabilities = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Node",
        method: "NodeGetCapabilities"
    )
    /// `/csi.v1.Node/NodeGetInfo`.
    package static let nodeGetInfo = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Node",
        method: "NodeGetInfo"
    )
}

/// Volumes on one machine: staged once a volume, published once a pod.
///
/// A method that a server leaves out answers UNIMPLEMENTED.
package protocol NodeService: Sendable {
    /// `NodeStageVolume`.
    func nodeStageVolume(
        _ request: NodeStageVolumeRequest,
        context: ServerContext
    ) async throws -> NodeStageVolumeResponse
    /// `NodeUnstageVolume`.
    func nodeUnstageVolume(
        _ request: NodeUnstageVolumeRequest,
        context: ServerContext
    ) async throws -> NodeUnstageVolumeResponse
    /// `NodePublishVolume`.
    func nodePublishVolume(
        _ request: NodePublishVolumeRequest,
        context: ServerContext
    ) async throws -> NodePublishVolumeResponse
    /// `NodeUnpublishVolume`.
    func nodeUnpublishVolume(
        _ request: NodeUnpublishVolumeRequest,
        context: ServerContext
    ) async throws -> NodeUnpublishVolumeResponse
    /// `NodeGetVolumeStats`.
    func nodeGetVolumeStats(
        _ request: NodeGetVolumeStatsRequest,
        context: ServerContext
    ) async throws -> NodeGetVolumeStatsResponse
    /// `NodeExpandVolume`.
    func nodeExpandVolume(
        _ request: NodeExpandVolumeRequest,
        context: ServerContext
    ) async throws -> NodeExpandVolumeResponse
    /// `NodeGetCapabilities`.
    func nodeGetCapabilities(
        _ request: NodeGetCapabilitiesRequest,
        context: ServerContext
    ) async throws -> NodeGetCapabilitiesResponse
    /// `NodeGetInfo`.
    func nodeGetInfo(
        _ request: NodeGetInfoRequest,
        context: ServerContext
    ) async throws -> NodeGetInfoResponse
}

extension NodeService {
    package func nodeStageVolume(
        _ request: NodeStageVolumeRequest,
        context: ServerContext
    ) async throws -> NodeStageVolumeResponse {
        throw RPCError(code: .unimplemented, message: "NodeStageVolume is not offered by this plugin")
    }

    package func nodeUnstageVolume(
        _ request: NodeUnstageVolumeRequest,
        context: ServerContext
    ) async throws -> NodeUnstageVolumeResponse {
        throw RPCError(code: .unimplemented, message: "NodeUnstageVolume is not offered by this plugin")
    }

    package func nodePublishVolume(
        _ request: NodePublishVolumeRequest,
        context: ServerContext
    ) async throws -> NodePublishVolumeResponse {
        throw RPCError(code: .unimplemented, message: "NodePublishVolume is not offered by this plugin")
    }

    package func nodeUnpublishVolume(
        _ request: NodeUnpublishVolumeRequest,
        context: ServerContext
    ) async throws -> NodeUnpublishVolumeResponse {
        throw RPCError(code: .unimplemented, message: "NodeUnpublishVolume is not offered by this plugin")
    }

    package func nodeGetVolumeStats(
        _ request: NodeGetVolumeStatsRequest,
        context: ServerContext
    ) async throws -> NodeGetVolumeStatsResponse {
        throw RPCError(code: .unimplemented, message: "NodeGetVolumeStats is not offered by this plugin")
    }

    package func nodeExpandVolume(
        _ request: NodeExpandVolumeRequest,
        context: ServerContext
    ) async throws -> NodeExpandVolumeResponse {
        throw RPCError(code: .unimplemented, message: "NodeExpandVolume is not offered by this plugin")
    }

    package func nodeGetCapabilities(
        _ request: NodeGetCapabilitiesRequest,
        context: ServerContext
    ) async throws -> NodeGetCapabilitiesResponse {
        throw RPCError(code: .unimplemented, message: "NodeGetCapabilities is not offered by this plugin")
    }

    package func nodeGetInfo(
        _ request: NodeGetInfoRequest,
        context: ServerContext
    ) async throws -> NodeGetInfoResponse {
        throw RPCError(code: .unimplemented, message: "NodeGetInfo is not offered by this plugin")
    }
}

/// Registers a ``NodeService`` with grpc-swift.
package struct NodeRegistration: RegistrableRPCService {
    private let service: any NodeService

    /// Will register `service`.
    package init(_ service: any NodeService) {
        self.service = service
    }

    package func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let service = self.service
        WireCall.register(NodeMethod.nodeStageVolume, with: &router) { request, context in
            try await service.nodeStageVolume(request, context: context)
        }
        WireCall.register(NodeMethod.nodeUnstageVolume, with: &router) { request, context in
            try await service.nodeUnstageVolume(request, context: context)
        }
        WireCall.register(NodeMethod.nodePublishVolume, with: &router) { request, context in
            try await service.nodePublishVolume(request, context: context)
        }
        WireCall.register(NodeMethod.nodeUnpublishVolume, with: &router) { request, context in
            try await service.nodeUnpublishVolume(request, context: context)
        }
        WireCall.register(NodeMethod.nodeGetVolumeStats, with: &router) { request, context in
            try await service.nodeGetVolumeStats(request, context: context)
        }
        WireCall.register(NodeMethod.nodeExpandVolume, with: &router) { request, context in
            try await service.nodeExpandVolume(request, context: context)
        }
        WireCall.register(NodeMethod.nodeGetCapabilities, with: &router) { request, context in
            try await service.nodeGetCapabilities(request, context: context)
        }
        WireCall.register(NodeMethod.nodeGetInfo, with: &router) { request, context in
            try await service.nodeGetInfo(request, context: context)
        }
    }
}

/// A client of `csi.v1.Node`. Every call throws `RPCError` with the server's status.
package struct NodeClient<Transport: ClientTransport>: Sendable {
    private let client: GRPCClient<Transport>

    /// A client over a connection that the caller runs.
    package init(_ client: GRPCClient<Transport>) {
        self.client = client
    }

    /// Calls `NodeStageVolume`; `timeout` is the call's deadline.
    package func nodeStageVolume(
        _ request: NodeStageVolumeRequest,
        timeout: Duration? = nil
    ) async throws -> NodeStageVolumeResponse {
        try await WireCall.unary(self.client, NodeMethod.nodeStageVolume, request, timeout: timeout)
    }

    /// Calls `NodeUnstageVolume`; `timeout` is the call's deadline.
    package func nodeUnstageVolume(
        _ request: NodeUnstageVolumeRequest,
        timeout: Duration? = nil
    ) async throws -> NodeUnstageVolumeResponse {
        try await WireCall.unary(self.client, NodeMethod.nodeUnstageVolume, request, timeout: timeout)
    }

    /// Calls `NodePublishVolume`; `timeout` is the call's deadline.
    package func nodePublishVolume(
        _ request: NodePublishVolumeRequest,
        timeout: Duration? = nil
    ) async throws -> NodePublishVolumeResponse {
        try await WireCall.unary(self.client, NodeMethod.nodePublishVolume, request, timeout: timeout)
    }

    /// Calls `NodeUnpublishVolume`; `timeout` is the call's deadline.
    package func nodeUnpublishVolume(
        _ request: NodeUnpublishVolumeRequest,
        timeout: Duration? = nil
    ) async throws -> NodeUnpublishVolumeResponse {
        try await WireCall.unary(self.client, NodeMethod.nodeUnpublishVolume, request, timeout: timeout)
    }

    /// Calls `NodeGetVolumeStats`; `timeout` is the call's deadline.
    package func nodeGetVolumeStats(
        _ request: NodeGetVolumeStatsRequest,
        timeout: Duration? = nil
    ) async throws -> NodeGetVolumeStatsResponse {
        try await WireCall.unary(self.client, NodeMethod.nodeGetVolumeStats, request, timeout: timeout)
    }

    /// Calls `NodeExpandVolume`; `timeout` is the call's deadline.
    package func nodeExpandVolume(
        _ request: NodeExpandVolumeRequest,
        timeout: Duration? = nil
    ) async throws -> NodeExpandVolumeResponse {
        try await WireCall.unary(self.client, NodeMethod.nodeExpandVolume, request, timeout: timeout)
    }

    /// Calls `NodeGetCapabilities`; `timeout` is the call's deadline.
    package func nodeGetCapabilities(
        _ request: NodeGetCapabilitiesRequest,
        timeout: Duration? = nil
    ) async throws -> NodeGetCapabilitiesResponse {
        try await WireCall.unary(self.client, NodeMethod.nodeGetCapabilities, request, timeout: timeout)
    }

    /// Calls `NodeGetInfo`; `timeout` is the call's deadline.
    package func nodeGetInfo(
        _ request: NodeGetInfoRequest,
        timeout: Duration? = nil
    ) async throws -> NodeGetInfoResponse {
        try await WireCall.unary(self.client, NodeMethod.nodeGetInfo, request, timeout: timeout)
    }
}
