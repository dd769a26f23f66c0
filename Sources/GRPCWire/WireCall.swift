// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import GRPCCore
package import ProtobufC

/// How generated clients and registrations reach grpc-swift.
package enum WireCall {
    /// Registers a unary method.
    package static func register<Transport: ServerTransport, Request: WireMessage, Response: WireMessage>(
        _ descriptor: MethodDescriptor,
        with router: inout RPCRouter<Transport>,
        _ handler: @escaping @Sendable @concurrent (Request, ServerContext) async throws -> Response
    ) {
        router.registerHandler(
            forMethod: descriptor,
            deserializer: WireDeserializer<Request>(),
            serializer: WireSerializer<Response>()
        ) { request, context in
            let single = try await ServerRequest(stream: request)
            let response = try await handler(single.message, context)
            return StreamingServerResponse(single: ServerResponse(message: response))
        }
    }

    /// Registers a method that answers with a stream.
    package static func registerStream<Transport: ServerTransport, Request: WireMessage, Response: WireMessage>(
        _ descriptor: MethodDescriptor,
        with router: inout RPCRouter<Transport>,
        _ handler: @escaping @Sendable @concurrent (Request, RPCWriter<Response>, ServerContext) async throws -> Void
    ) {
        router.registerHandler(
            forMethod: descriptor,
            deserializer: WireDeserializer<Request>(),
            serializer: WireSerializer<Response>()
        ) { request, context in
            let single = try await ServerRequest(stream: request)
            return StreamingServerResponse { writer in
                try await handler(single.message, writer, context)
                return [:]
            }
        }
    }

    /// Calls a unary method.
    ///
    /// - Parameter timeout: The call's deadline; nil sets none.
    /// - Throws: `RPCError` with the server's status.
    package static func unary<Transport: ClientTransport, Request: WireMessage, Response: WireMessage>(
        _ client: GRPCClient<Transport>,
        _ descriptor: MethodDescriptor,
        _ request: Request,
        timeout: Duration?
    ) async throws -> Response {
        var options = CallOptions.defaults
        options.timeout = timeout
        return try await client.unary(
            request: ClientRequest(message: request),
            descriptor: descriptor,
            serializer: WireSerializer<Request>(),
            deserializer: WireDeserializer<Response>(),
            options: options
        ) { response in
            try response.message
        }
    }

    /// Calls a method that answers with a stream, and hands over each message as it comes.
    ///
    /// - Throws: `RPCError` with the server's status, or what `each` throws.
    package static func stream<Transport: ClientTransport, Request: WireMessage, Response: WireMessage>(
        _ client: GRPCClient<Transport>,
        _ descriptor: MethodDescriptor,
        _ request: Request,
        timeout: Duration?,
        _ each: @escaping @Sendable (Response) async throws -> Void
    ) async throws {
        var options = CallOptions.defaults
        options.timeout = timeout
        try await client.serverStreaming(
            request: ClientRequest(message: request),
            descriptor: descriptor,
            serializer: WireSerializer<Request>(),
            deserializer: WireDeserializer<Response>(),
            options: options
        ) { response in
            for try await message in response.messages { try await each(message) }
        }
    }
}
