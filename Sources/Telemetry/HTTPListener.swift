// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import ServiceLifecycle
private import Synchronization

/// A small HTTP server: one request a connection, `GET` and `HEAD`, without TLS, each client held to limits.
struct HTTPListener: Sendable {
    /// Where to listen.
    let address: ListenAddress
    /// The option that the address was given with, for the error when it cannot be listened on.
    let option: String
    /// What is served, for the log: "metrics".
    let subject: String
    /// What a client may cost.
    let limits: MetricsLimits
    /// For the address, and at debug for clients that misbehave.
    let logger: Logger
    /// Told the port once connections are accepted.
    let onListening: @Sendable (_ port: Int) -> Void
    /// What a request is answered.
    let reply: @Sendable (HTTPRequestHead) async -> HTTPReply

    /// Serves until graceful shutdown or cancellation; connections then open may end.
    ///
    /// - Throws: ``ListenError`` when the address cannot be listened on.
    func run() async throws {
        let server = try await self.bind()
        let port = server.channel.localAddress?.port ?? self.address.port
        self.logger.info(
            "Serving \(self.subject)",
            metadata: ["http.endpoint": "\(self.address)", "http.port": "\(port)"]
        )
        self.onListening(port)
        let open = OpenConnections()
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await server.executeThenClose { connections in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await connection in connections {
                        let count = open.count.withLock {
                            $0 += 1; return $0
                        }
                        group.addTask {
                            await self.serve(connection, refuse: count > self.limits.connections)
                            open.count.withLock { $0 -= 1 }
                        }
                    }
                }
            }
        } onCancelOrGracefulShutdown: {
            server.channel.close(promise: nil)
        }
    }

    /// How many connections are open.
    private final class OpenConnections: Sendable {
        let count = Mutex(0)
    }

    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    private func bind() async throws -> NIOAsyncChannel<Connection, Never> {
        do {
            guard self.address.host.isEmpty else { return try await self.bind(self.address.host) }
            do {
                return try await self.bind("::")
            } catch let error as IOError where [EAFNOSUPPORT, EADDRNOTAVAIL].contains(error.errnoCode) {
                return try await self.bind("0.0.0.0")  // a machine without IPv6
            }
        } catch {
            throw ListenError(address: self.address, option: self.option, cause: error)
        }
    }

    private func bind(_ host: String) async throws -> NIOAsyncChannel<Connection, Never> {
        let limits = self.limits
        // No event loop of our own: a scrape is too little work for threads that wait for it.
        return try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: host, port: self.address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(ExchangeGuard(limits))
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
    }

    private func serve(_ connection: Connection, refuse: Bool) async {
        do {
            try await connection.executeThenClose { inbound, outbound in
                guard !refuse else { return }
                guard let head = try await Self.request(inbound) else { return }
                let reply = await self.reply(head)
                var fields = HTTPHeaders([
                    ("Content-Type", reply.contentType), ("Content-Length", String(reply.body.utf8.count)),
                    ("Connection", "close"), ("Cache-Control", "no-store"),
                ])
                for (name, value) in reply.fields { fields.add(name: name, value: value) }
                if reply.status == .methodNotAllowed { fields.add(name: "Allow", value: "GET, HEAD") }
                try await outbound.write(
                    .head(HTTPResponseHead(version: .http1_1, status: reply.status, headers: fields))
                )
                if head.method != .HEAD { try await outbound.write(.body(.byteBuffer(ByteBuffer(string: reply.body)))) }
                try await outbound.write(.end(nil))
            }
        } catch {
            // A client that hangs up, dawdles or talks nonsense: its own affair.
            self.logger.debug("Connection of \(self.subject) ended", metadata: ["error": "\(error)"])
        }
    }

    /// The request's head, once its body, which nobody needs, has passed; nil when the client leaves before.
    private static func request(
        _ inbound: NIOAsyncChannelInboundStream<HTTPServerRequestPart>
    ) async throws -> HTTPRequestHead? {
        var request: HTTPRequestHead?
        for try await part in inbound {
            switch part {
            case .head(let head): request = head
            case .body: break
            case .end: return request
            }
        }
        return nil
    }
}
