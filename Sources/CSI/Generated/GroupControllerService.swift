// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

package import GRPCCore
internal import GRPCWire

/// The methods of `csi.v1.GroupController` as gRPC names them.
package enum GroupControllerMethod {
    /// `/csi.v1.GroupController/GroupControllerGetCapabilities`.
    package static let groupControllerGetCapabilities = MethodDescriptor(
        fullyQualifiedService: "csi.v1.GroupController",
        method: "GroupControllerGetCapabilities"
    )
    /// `/csi.v1.GroupController/CreateVolumeGroupSnapshot`.
    package static let createVolumeGroupSnapshot = MethodDescriptor(
        fullyQualifiedService: "csi.v1.GroupController",
        method: "CreateVolumeGroupSnapshot"
    )
    /// `/csi.v1.GroupController/DeleteVolumeGroupSnapshot`.
    package static let deleteVolumeGroupSnapshot = MethodDescriptor(
        fullyQualifiedService: "csi.v1.GroupController",
        method: "DeleteVolumeGroupSnapshot"
    )
    /// `/csi.v1.GroupController/GetVolumeGroupSnapshot`.
    package static let getVolumeGroupSnapshot = MethodDescriptor(
        fullyQualifiedService: "csi.v1.GroupController",
        method: "GetVolumeGroupSnapshot"
    )
}

/// Snapshots of several volumes taken at one point in time.
///
/// A method that a server leaves out answers UNIMPLEMENTED.
package protocol GroupControllerService: Sendable {
    /// `GroupControllerGetCapabilities`.
    func groupControllerGetCapabilities(
        _ request: GroupControllerGetCapabilitiesRequest,
        context: ServerContext
    ) async throws -> GroupControllerGetCapabilitiesResponse
    /// `CreateVolumeGroupSnapshot`.
    func createVolumeGroupSnapshot(
        _ request: CreateVolumeGroupSnapshotRequest,
        context: ServerContext
    ) async throws -> CreateVolumeGroupSnapshotResponse
    /// `DeleteVolumeGroupSnapshot`.
    func deleteVolumeGroupSnapshot(
        _ request: DeleteVolumeGroupSnapshotRequest,
        context: ServerContext
    ) async throws -> DeleteVolumeGroupSnapshotResponse
    /// `GetVolumeGroupSnapshot`.
    func getVolumeGroupSnapshot(
        _ request: GetVolumeGroupSnapshotRequest,
        context: ServerContext
    ) async throws -> GetVolumeGroupSnapshotResponse
}

extension GroupControllerService {
    package func groupControllerGetCapabilities(
        _ request: GroupControllerGetCapabilitiesRequest,
        context: ServerContext
    ) async throws -> GroupControllerGetCapabilitiesResponse {
        throw RPCError(code: .unimplemented, message: "GroupControllerGetCapabilities is not offered by this plugin")
    }

    package func createVolumeGroupSnapshot(
        _ request: CreateVolumeGroupSnapshotRequest,
        context: ServerContext
    ) async throws -> CreateVolumeGroupSnapshotResponse {
        throw RPCError(code: .unimplemented, message: "CreateVolumeGroupSnapshot is not offered by this plugin")
    }

    package func deleteVolumeGroupSnapshot(
        _ request: DeleteVolumeGroupSnapshotRequest,
        context: ServerContext
    ) async throws -> DeleteVolumeGroupSnapshotResponse {
        throw RPCError(code: .unimplemented, message: "DeleteVolumeGroupSnapshot is not offered by this plugin")
    }

    package func getVolumeGroupSnapshot(
        _ request: GetVolumeGroupSnapshotRequest,
        context: ServerContext
    ) async throws -> GetVolumeGroupSnapshotResponse {
        throw RPCError(code: .unimplemented, message: "GetVolumeGroupSnapshot is not offered by this plugin")
    }
}

/// Registers a ``GroupControllerService`` with grpc-swift.
package struct GroupControllerRegistration: RegistrableRPCService {
    private let service: any GroupControllerService

    /// Will register `service`.
    package init(_ service: any GroupControllerService) {
        self.service = service
    }

    package func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let service = self.service
        WireCall.register(GroupControllerMethod.groupControllerGetCapabilities, with: &router) { request, context in
            try await service.groupControllerGetCapabilities(request, context: context)
        }
        WireCall.register(GroupControllerMethod.createVolumeGroupSnapshot, with: &router) { request, context in
            try await service.createVolumeGroupSnapshot(request, context: context)
        }
        WireCall.register(GroupControllerMethod.deleteVolumeGroupSnapshot, with: &router) { request, context in
            try await service.deleteVolumeGroupSnapshot(request, context: context)
        }
        WireCall.register(GroupControllerMethod.getVolumeGroupSnapshot, with: &router) { request, context in
            try await service.getVolumeGroupSnapshot(request, context: context)
        }
    }
}

/// A client of `csi.v1.GroupController`. Every call throws `RPCError` with the server's status.
package struct GroupControllerClient<Transport: ClientTransport>: Sendable {
    private let client: GRPCClient<Transport>

    /// A client over a connection that the caller runs.
    package init(_ client: GRPCClient<Transport>) {
        self.client = client
    }

    /// Calls `GroupControllerGetCapabilities`; `timeout` is the call's deadline.
    package func groupControllerGetCapabilities(
        _ request: GroupControllerGetCapabilitiesRequest,
        timeout: Duration? = nil
    ) async throws -> GroupControllerGetCapabilitiesResponse {
        try await WireCall.unary(
            self.client,
            GroupControllerMethod.groupControllerGetCapabilities,
            request,
            timeout: timeout
        )
    }

    /// Calls `CreateVolumeGroupSnapshot`; `timeout` is the call's deadline.
    package func createVolumeGroupSnapshot(
        _ request: CreateVolumeGroupSnapshotRequest,
        timeout: Duration? = nil
    ) async throws -> CreateVolumeGroupSnapshotResponse {
        try await WireCall.unary(
            self.client,
            GroupControllerMethod.createVolumeGroupSnapshot,
            request,
            timeout: timeout
        )
    }

    /// Calls `DeleteVolumeGroupSnapshot`; `timeout` is the call's deadline.
    package func deleteVolumeGroupSnapshot(
        _ request: DeleteVolumeGroupSnapshotRequest,
        timeout: Duration? = nil
    ) async throws -> DeleteVolumeGroupSnapshotResponse {
        try await WireCall.unary(
            self.client,
            GroupControllerMethod.deleteVolumeGroupSnapshot,
            request,
            timeout: timeout
        )
    }

    /// Calls `GetVolumeGroupSnapshot`; `timeout` is the call's deadline.
    package func getVolumeGroupSnapshot(
        _ request: GetVolumeGroupSnapshotRequest,
        timeout: Duration? = nil
    ) async throws -> GetVolumeGroupSnapshotResponse {
        try await WireCall.unary(self.client, GroupControllerMethod.getVolumeGroupSnapshot, request, timeout: timeout)
    }
}
