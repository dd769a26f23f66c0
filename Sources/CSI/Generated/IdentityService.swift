// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

package import GRPCCore
internal import GRPCWire

/// The methods of `csi.v1.Identity` as gRPC names them.
package enum IdentityMethod {
    /// `/csi.v1.Identity/GetPluginInfo`.
    package static let getPluginInfo = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Identity",
        method: "GetPluginInfo"
    )
    /// `/csi.v1.Identity/GetPluginCapabilities`.
    package static let getPluginCapabilities = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Identity",
        method: "GetPluginCapabilities"
    )
    /// `/csi.v1.Identity/Probe`.
    package static let probe = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Identity",
        method: "Probe"
    )
}

/// Who the plugin is, what it can do, and whether it is ready. Both plugins serve it.
///
/// A method that a server leaves out answers UNIMPLEMENTED.
package protocol IdentityService: Sendable {
    /// `GetPluginInfo`.
    func getPluginInfo(
        _ request: GetPluginInfoRequest,
        context: ServerContext
    ) async throws -> GetPluginInfoResponse
    /// `GetPluginCapabilities`.
    func getPluginCapabilities(
        _ request: GetPluginCapabilitiesRequest,
        context: ServerContext
    ) async throws -> GetPluginCapabilitiesResponse
    /// `Probe`.
    func probe(
        _ request: ProbeRequest,
        context: ServerContext
    ) async throws -> ProbeResponse
}

extension IdentityService {
    package func getPluginInfo(
        _ request: GetPluginInfoRequest,
        context: ServerContext
    ) async throws -> GetPluginInfoResponse {
        throw RPCError(code: .unimplemented, message: "GetPluginInfo is not offered by this plugin")
    }

    package func getPluginCapabilities(
        _ request: GetPluginCapabilitiesRequest,
        context: ServerContext
    ) async throws -> GetPluginCapabilitiesResponse {
        throw RPCError(code: .unimplemented, message: "GetPluginCapabilities is not offered by this plugin")
    }

    package func probe(
        _ request: ProbeRequest,
        context: ServerContext
    ) async throws -> ProbeResponse {
        throw RPCError(code: .unimplemented, message: "Probe is not offered by this plugin")
    }
}

/// Registers a ``IdentityService`` with grpc-swift.
package struct IdentityRegistration: RegistrableRPCService {
    private let service: any IdentityService

    /// Will register `service`.
    package init(_ service: any IdentityService) {
        self.service = service
    }

    package func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let service = self.service
        WireCall.register(IdentityMethod.getPluginInfo, with: &router) { request, context in
            try await service.getPluginInfo(request, context: context)
        }
        WireCall.register(IdentityMethod.getPluginCapabilities, with: &router) { request, context in
            try await service.getPluginCapabilities(request, context: context)
        }
        WireCall.register(IdentityMethod.probe, with: &router) { request, context in
            try await service.probe(request, context: context)
        }
    }
}

/// A client of `csi.v1.Identity`. Every call throws `RPCError` with the server's status.
package struct IdentityClient<Transport: ClientTransport>: Sendable {
    private let client: GRPCClient<Transport>

    /// A client over a connection that the caller runs.
    package init(_ client: GRPCClient<Transport>) {
        self.client = client
    }

    /// Calls `GetPluginInfo`; `timeout` is the call's deadline.
    package func getPluginInfo(
        _ request: GetPluginInfoRequest,
        timeout: Duration? = nil
    ) async throws -> GetPluginInfoResponse {
        try await WireCall.unary(self.client, IdentityMethod.getPluginInfo, request, timeout: timeout)
    }

    /// Calls `GetPluginCapabilities`; `timeout` is the call's deadline.
    package func getPluginCapabilities(
        _ request: GetPluginCapabilitiesRequest,
        timeout: Duration? = nil
    ) async throws -> GetPluginCapabilitiesResponse {
        try await WireCall.unary(self.client, IdentityMethod.getPluginCapabilities, request, timeout: timeout)
    }

    /// Calls `Probe`; `timeout` is the call's deadline.
    package func probe(
        _ request: ProbeRequest,
        timeout: Duration? = nil
    ) async throws -> ProbeResponse {
        try await WireCall.unary(self.client, IdentityMethod.probe, request, timeout: timeout)
    }
}
