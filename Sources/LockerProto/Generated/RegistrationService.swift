// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from registration.proto: change that file and run `make proto`.

package import GRPCCore
internal import GRPCWire

/// The methods of `pluginregistration.Registration` as gRPC names them.
package enum RegistrationMethod {
    /// `/pluginregistration.Registration/GetInfo`.
    package static let getInfo = MethodDescriptor(
        fullyQualifiedService: "pluginregistration.Registration",
        method: "GetInfo"
    )
    /// `/pluginregistration.Registration/NotifyRegistrationStatus`.
    package static let notifyRegistrationStatus = MethodDescriptor(
        fullyQualifiedService: "pluginregistration.Registration",
        method: "NotifyRegistrationStatus"
    )
}

/// Served by the plugin, called by kubelet.
///
/// A method that a server leaves out answers UNIMPLEMENTED.
package protocol RegistrationService: Sendable {
    /// Who the plugin is, and where kubelet finds it.
    func getInfo(
        _ request: InfoRequest,
        context: ServerContext
    ) async throws -> PluginInfo
    /// Whether kubelet has taken it on.
    func notifyRegistrationStatus(
        _ request: RegistrationStatus,
        context: ServerContext
    ) async throws -> RegistrationStatusResponse
}

extension RegistrationService {
    package func getInfo(
        _ request: InfoRequest,
        context: ServerContext
    ) async throws -> PluginInfo {
        throw RPCError(code: .unimplemented, message: "GetInfo is not offered by this plugin")
    }

    package func notifyRegistrationStatus(
        _ request: RegistrationStatus,
        context: ServerContext
    ) async throws -> RegistrationStatusResponse {
        throw RPCError(code: .unimplemented, message: "NotifyRegistrationStatus is not offered by this plugin")
    }
}

/// Registers a ``RegistrationService`` with grpc-swift.
package struct RegistrationRegistration: RegistrableRPCService {
    private let service: any RegistrationService

    /// Will register `service`.
    package init(_ service: any RegistrationService) {
        self.service = service
    }

    package func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let service = self.service
        WireCall.register(RegistrationMethod.getInfo, with: &router) { request, context in
            try await service.getInfo(request, context: context)
        }
        WireCall.register(RegistrationMethod.notifyRegistrationStatus, with: &router) { request, context in
            try await service.notifyRegistrationStatus(request, context: context)
        }
    }
}

/// A client of `pluginregistration.Registration`. Every call throws `RPCError` with the server's status.
package struct RegistrationClient<Transport: ClientTransport>: Sendable {
    private let client: GRPCClient<Transport>

    /// A client over a connection that the caller runs.
    package init(_ client: GRPCClient<Transport>) {
        self.client = client
    }

    /// Calls `GetInfo`; `timeout` is the call's deadline.
    package func getInfo(
        _ request: InfoRequest,
        timeout: Duration? = nil
    ) async throws -> PluginInfo {
        try await WireCall.unary(self.client, RegistrationMethod.getInfo, request, timeout: timeout)
    }

    /// Calls `NotifyRegistrationStatus`; `timeout` is the call's deadline.
    package func notifyRegistrationStatus(
        _ request: RegistrationStatus,
        timeout: Duration? = nil
    ) async throws -> RegistrationStatusResponse {
        try await WireCall.unary(self.client, RegistrationMethod.notifyRegistrationStatus, request, timeout: timeout)
    }
}
