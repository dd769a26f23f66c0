// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from data.proto: change that file and run `make proto`.

package import GRPCCore
internal import GRPCWire

/// The methods of `locker.data.v1.Data` as gRPC names them.
package enum DataMethod {
    /// `/locker.data.v1.Data/Attach`.
    package static let attach = MethodDescriptor(
        fullyQualifiedService: "locker.data.v1.Data",
        method: "Attach"
    )
    /// `/locker.data.v1.Data/Detach`.
    package static let detach = MethodDescriptor(
        fullyQualifiedService: "locker.data.v1.Data",
        method: "Detach"
    )
    /// `/locker.data.v1.Data/Refresh`.
    package static let refresh = MethodDescriptor(
        fullyQualifiedService: "locker.data.v1.Data",
        method: "Refresh"
    )
    /// `/locker.data.v1.Data/List`.
    package static let list = MethodDescriptor(
        fullyQualifiedService: "locker.data.v1.Data",
        method: "List"
    )
}

/// Serves images to the kernel as block devices.
///
/// A method that a server leaves out answers UNIMPLEMENTED.
package protocol DataService: Sendable {
    /// Opens an image and makes it a block device. A volume that is attached already is answered with its device.
    func attach(
        _ request: AttachRequest,
        context: ServerContext
    ) async throws -> AttachResponse
    /// Flushes, ends the device and closes the image. A volume that is not attached is answered with success.
    func detach(
        _ request: DetachRequest,
        context: ServerContext
    ) async throws -> DetachResponse
    /// Reads the image's size again and grows the device to it.
    func refresh(
        _ request: RefreshRequest,
        context: ServerContext
    ) async throws -> RefreshResponse
    /// Every attached volume, or the one named, with its health and counters.
    func list(
        _ request: ListRequest,
        context: ServerContext
    ) async throws -> ListResponse
}

extension DataService {
    package func attach(
        _ request: AttachRequest,
        context: ServerContext
    ) async throws -> AttachResponse {
        throw RPCError(code: .unimplemented, message: "Attach is not offered by this plugin")
    }

    package func detach(
        _ request: DetachRequest,
        context: ServerContext
    ) async throws -> DetachResponse {
        throw RPCError(code: .unimplemented, message: "Detach is not offered by this plugin")
    }

    package func refresh(
        _ request: RefreshRequest,
        context: ServerContext
    ) async throws -> RefreshResponse {
        throw RPCError(code: .unimplemented, message: "Refresh is not offered by this plugin")
    }

    package func list(
        _ request: ListRequest,
        context: ServerContext
    ) async throws -> ListResponse {
        throw RPCError(code: .unimplemented, message: "List is not offered by this plugin")
    }
}

/// Registers a ``DataService`` with grpc-swift.
package struct DataRegistration: RegistrableRPCService {
    private let service: any DataService

    /// Will register `service`.
    package init(_ service: any DataService) {
        self.service = service
    }

    package func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let service = self.service
        WireCall.register(DataMethod.attach, with: &router) { request, context in
            try await service.attach(request, context: context)
        }
        WireCall.register(DataMethod.detach, with: &router) { request, context in
            try await service.detach(request, context: context)
        }
        WireCall.register(DataMethod.refresh, with: &router) { request, context in
            try await service.refresh(request, context: context)
        }
        WireCall.register(DataMethod.list, with: &router) { request, context in
            try await service.list(request, context: context)
        }
    }
}

/// A client of `locker.data.v1.Data`. Every call throws `RPCError` with the server's status.
package struct DataClient<Transport: ClientTransport>: Sendable {
    private let client: GRPCClient<Transport>

    /// A client over a connection that the caller runs.
    package init(_ client: GRPCClient<Transport>) {
        self.client = client
    }

    /// Calls `Attach`; `timeout` is the call's deadline.
    package func attach(
        _ request: AttachRequest,
        timeout: Duration? = nil
    ) async throws -> AttachResponse {
        try await WireCall.unary(self.client, DataMethod.attach, request, timeout: timeout)
    }

    /// Calls `Detach`; `timeout` is the call's deadline.
    package func detach(
        _ request: DetachRequest,
        timeout: Duration? = nil
    ) async throws -> DetachResponse {
        try await WireCall.unary(self.client, DataMethod.detach, request, timeout: timeout)
    }

    /// Calls `Refresh`; `timeout` is the call's deadline.
    package func refresh(
        _ request: RefreshRequest,
        timeout: Duration? = nil
    ) async throws -> RefreshResponse {
        try await WireCall.unary(self.client, DataMethod.refresh, request, timeout: timeout)
    }

    /// Calls `List`; `timeout` is the call's deadline.
    package func list(
        _ request: ListRequest,
        timeout: Duration? = nil
    ) async throws -> ListResponse {
        try await WireCall.unary(self.client, DataMethod.list, request, timeout: timeout)
    }
}
