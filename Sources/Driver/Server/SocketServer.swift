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
    private let services: [any RegistrableRPCService]
    private let interceptors: [any ServerInterceptor]
    private let logger: Logger

    /// A server of some services; its socket is made when ``run()`` begins.
    ///
    /// - Parameters:
    ///   - endpoint: its socket; a stale one is replaced.
    ///   - services: what it serves.
    ///   - interceptors: around every call.
    package init(
        endpoint: SocketEndpoint,
        services: [any RegistrableRPCService],
        interceptors: [any ServerInterceptor],
        logger: Logger
    ) {
        self.endpoint = endpoint
        self.services = services
        self.interceptors = interceptors
        self.logger = logger
    }

    /// Serves until the process is asked to end, then until the calls in flight are answered.
    ///
    /// - Throws: ``LockerError`` if something else is at the path, `HostError` if the socket cannot be made.
    package func run() async throws {
        // Not before now: who finds the socket may ask the process to end, and by now it listens to signals.
        try self.endpoint.clear()
        let descriptor = try UnixSocket.listen(at: self.endpoint.path)
        let server = GRPCServer(
            transport: HTTP2ServerTransport.Posix(
                listeningSocketDescriptor: Int(descriptor),
                transportSecurity: .plaintext,
                // Past the codec's own limit, so that an oversized request gets an answer in words.
                config: .defaults { $0.rpc.maxRequestPayloadSize = WireLimits.transportBytes }
            ),
            services: self.services,
            interceptors: self.interceptors
        )
        defer { try? UnixSocket.remove(self.endpoint.path) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.serve() }
            group.addTask {
                // Ending a server that has not begun to listen trips over NIO's own checks.
                _ = try await server.listeningAddress
                self.logger.info("Serving", metadata: ["endpoint": "\(self.endpoint)"])
                try await gracefulShutdown()
                self.logger.info("Draining calls in flight", metadata: ["endpoint": "\(self.endpoint)"])
                server.beginGracefulShutdown()
            }
            try await group.waitForAll()
        }
    }
}
