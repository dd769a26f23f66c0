// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

package import GRPCCore
internal import GRPCWire

/// The methods of `csi.v1.SnapshotMetadata` as gRPC names them.
package enum SnapshotMetadataMethod {
    /// `/csi.v1.SnapshotMetadata/GetMetadataAllocated`.
    package static let getMetadataAllocated = MethodDescriptor(
        fullyQualifiedService: "csi.v1.SnapshotMetadata",
        method: "GetMetadataAllocated"
    )
    /// `/csi.v1.SnapshotMetadata/GetMetadataDelta`.
    package static let getMetadataDelta = MethodDescriptor(
        fullyQualifiedService: "csi.v1.SnapshotMetadata",
        method: "GetMetadataDelta"
    )
}

/// Which blocks a snapshot has, or has changed, as streams.
///
/// A method that a server leaves out answers UNIMPLEMENTED.
package protocol SnapshotMetadataService: Sendable {
    /// `GetMetadataAllocated`.
    func getMetadataAllocated(
        _ request: GetMetadataAllocatedRequest,
        writer: RPCWriter<GetMetadataAllocatedResponse>,
        context: ServerContext
    ) async throws
    /// `GetMetadataDelta`.
    func getMetadataDelta(
        _ request: GetMetadataDeltaRequest,
        writer: RPCWriter<GetMetadataDeltaResponse>,
        context: ServerContext
    ) async throws
}

extension SnapshotMetadataService {
    package func getMetadataAllocated(
        _ request: GetMetadataAllocatedRequest,
        writer: RPCWriter<GetMetadataAllocatedResponse>,
        context: ServerContext
    ) async throws {
        throw RPCError(code: .unimplemented, message: "GetMetadataAllocated is not offered by this plugin")
    }

    package func getMetadataDelta(
        _ request: GetMetadataDeltaRequest,
        writer: RPCWriter<GetMetadataDeltaResponse>,
        context: ServerContext
    ) async throws {
        throw RPCError(code: .unimplemented, message: "GetMetadataDelta is not offered by this plugin")
    }
}

/// Registers a ``SnapshotMetadataService`` with grpc-swift.
package struct SnapshotMetadataRegistration: RegistrableRPCService {
    private let service: any SnapshotMetadataService

    /// Will register `service`.
    package init(_ service: any SnapshotMetadataService) {
        self.service = service
    }

    package func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let service = self.service
        WireCall.registerStream(SnapshotMetadataMethod.getMetadataAllocated, with: &router) {
            request,
            writer,
            context in
            try await service.getMetadataAllocated(request, writer: writer, context: context)
        }
        WireCall.registerStream(SnapshotMetadataMethod.getMetadataDelta, with: &router) { request, writer, context in
            try await service.getMetadataDelta(request, writer: writer, context: context)
        }
    }
}

/// A client of `csi.v1.SnapshotMetadata`. Every call throws `RPCError` with the server's status.
package struct SnapshotMetadataClient<Transport: ClientTransport>: Sendable {
    private let client: GRPCClient<Transport>

    /// A client over a connection that the caller runs.
    package init(_ client: GRPCClient<Transport>) {
        self.client = client
    }

    /// Calls `GetMetadataAllocated`; `timeout` is the call's deadline.
    package func getMetadataAllocated(
        _ request: GetMetadataAllocatedRequest,
        timeout: Duration? = nil,
        _ each: @escaping @Sendable (GetMetadataAllocatedResponse) async throws -> Void
    ) async throws {
        try await WireCall.stream(
            self.client,
            SnapshotMetadataMethod.getMetadataAllocated,
            request,
            timeout: timeout,
            each
        )
    }

    /// Calls `GetMetadataDelta`; `timeout` is the call's deadline.
    package func getMetadataDelta(
        _ request: GetMetadataDeltaRequest,
        timeout: Duration? = nil,
        _ each: @escaping @Sendable (GetMetadataDeltaResponse) async throws -> Void
    ) async throws {
        try await WireCall.stream(self.client, SnapshotMetadataMethod.getMetadataDelta, request, timeout: timeout, each)
    }
}
