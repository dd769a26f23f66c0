// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import ProtobufC
internal import Testing

/// A gRPC server on a Unix socket of its own, and a client that is connected to it.
enum SocketServer {
    typealias Client = GRPCClient<HTTP2ClientTransport.Posix>

    /// As below, for a body that needs no more than the client.
    static func with<Value: Sendable>(
        _ services: [any RegistrableRPCService],
        _ body: @escaping @Sendable (Client) async throws -> Value
    ) async throws -> Value {
        try await self.with(services) { client, _ in try await body(client) }
    }

    /// Runs `body` with a client and the socket's path while the server serves; both are gone afterwards, the socket too.
    static func with<Value: Sendable>(
        _ services: [any RegistrableRPCService],
        _ body: @escaping @Sendable (Client, String) async throws -> Value
    ) async throws -> Value {
        // Short: a socket's path has at most 107 bytes.
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lw-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer {
            do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error, "\(folder.path) stays") }
        }
        let path = folder.appendingPathComponent("s").path
        var config = HTTP2ServerTransport.Posix.Config.defaults
        config.rpc.maxRequestPayloadSize = WireLimits.transportBytes
        let server = HTTP2ServerTransport.Posix(
            address: .unixDomainSocket(path: path),
            transportSecurity: .plaintext,
            config: config
        )
        return try await withGRPCServer(transport: server, services: services) { server in
            // There is an address once the socket listens; before that a call fails at once.
            _ = try await server.listeningAddress
            let client = try HTTP2ClientTransport.Posix(
                target: .unixDomainSocket(path: path),
                transportSecurity: .plaintext
            )
            return try await withGRPCClient(transport: client) { client in try await body(client, path) }
        }
    }
}
