// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import Host
package import Logging
internal import ProtobufC
internal import ServiceLifecycle
internal import SystemPackage

/// A gRPC server on a Unix socket, as a service: it drains its calls when the process is asked to end.
package struct SocketServer: Service {
    private let endpoint: SocketEndpoint
    private let server: GRPCServer<HTTP2ServerTransport.Posix>
    private let logger: Logger

    /// A server of some services; its socket is made here, and who connects waits until ``run()`` runs.
    ///
    /// - Parameters:
    ///   - endpoint: its socket; a stale one is replaced.
    ///   - services: what it serves.
    ///   - interceptors: around every call.
    /// - Throws: ``LockerError`` if something else is at the path, `HostError` if it cannot be made.
    package init(
        endpoint: SocketEndpoint,
        services: [any RegistrableRPCService],
        interceptors: [any ServerInterceptor],
        logger: Logger
    ) throws {
        self.endpoint = endpoint
        self.logger = logger
        try endpoint.clear()
        let descriptor = try UnixSocket.listen(at: endpoint.path)
        self.server = GRPCServer(
            transport: .http2NIOPosix(
                listeningSocketDescriptor: Int(descriptor),
                transportSecurity: .plaintext,
                // Past the codec's own limit, so that an oversized request gets an answer in words.
                config: .defaults { $0.rpc.maxRequestPayloadSize = WireLimits.transportBytes }
            ),
            services: services,
            interceptors: interceptors
        )
    }

    /// Serves until the process is asked to end, then until the calls in flight are answered.
    ///
    /// - Throws: when the socket cannot be listened on.
    package func run() async throws {
        defer { try? UnixSocket.remove(self.endpoint.path) }
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.server.serve() }
                _ = try await self.server.listeningAddress
                self.logger.info("Serving", metadata: ["endpoint": "\(self.endpoint)"])
                try await group.next()
            }
        } onGracefulShutdown: {
            self.logger.info("Draining calls in flight", metadata: ["endpoint": "\(self.endpoint)"])
            self.server.beginGracefulShutdown()
        }
    }
}
