// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
package import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import ServiceLifecycle
private import Synchronization

/// HTTP for Prometheus, for kubelet's probes and for an administrator's eyes.
///
/// | `GET` | answers |
/// |---|---|
/// | `/metrics` | the factory's exposition |
/// | `/healthz` | 200 while the process works |
/// | `/readyz` | 200, or 503 with the reason |
/// | `/debug/operations` | what runs right now, as JSON |
///
/// One request a connection, without TLS and without secrets in any answer. Other paths are 404, other methods 405.
package struct MetricsServer: Service {
    private let address: ListenAddress
    private let metrics: PrometheusFactory
    private let readiness: @Sendable () async -> String?
    private let operations: @Sendable () async -> String
    private let limits: MetricsLimits
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void

    /// A server that listens once it is run.
    ///
    /// - Parameters:
    ///   - address: where to listen.
    ///   - metrics: what `/metrics` shows.
    ///   - readiness: nil when the process can serve, else why not, in one sentence. It must not wait for Ceph.
    ///   - operations: a JSON document for `/debug/operations`.
    ///   - limits: what a client may cost.
    ///   - logger: for the address, and at debug for clients that misbehave.
    ///   - onListening: told the port once connections are accepted, which is news when the address says port 0.
    package init(
        address: ListenAddress,
        metrics: PrometheusFactory,
        readiness: @escaping @Sendable () async -> String?,
        operations: @escaping @Sendable () async -> String = { "[]" },
        limits: MetricsLimits = MetricsLimits(),
        logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }
    ) {
        self.address = address
        self.metrics = metrics
        self.readiness = readiness
        self.operations = operations
        self.limits = limits
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until graceful shutdown or cancellation; connections then open may end.
    ///
    /// - Throws: ``ListenError`` when the address cannot be listened on.
    package func run() async throws {
        let server = try await self.bind()
        let port = server.channel.localAddress?.port ?? self.address.port
        self.logger.info("Serving metrics", metadata: ["http.endpoint": "\(self.address)", "http.port": "\(port)"])
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
            throw ListenError(address: self.address, cause: error)
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
                let reply = await self.reply(to: head)
                var fields = HTTPHeaders([
                    ("Content-Type", reply.contentType), ("Content-Length", String(reply.body.utf8.count)),
                    ("Connection", "close"), ("Cache-Control", "no-store"),
                ])
                if reply.status == .methodNotAllowed { fields.add(name: "Allow", value: "GET, HEAD") }
                try await outbound.write(
                    .head(HTTPResponseHead(version: .http1_1, status: reply.status, headers: fields))
                )
                if head.method != .HEAD { try await outbound.write(.body(.byteBuffer(ByteBuffer(string: reply.body)))) }
                try await outbound.write(.end(nil))
            }
        } catch {
            // A client that hangs up, dawdles or talks nonsense: its own affair.
            self.logger.debug("Metrics connection ended", metadata: ["error": "\(error)"])
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

    private func reply(to head: HTTPRequestHead) async -> MetricsReply {
        let path = head.uri.prefix { $0 != "?" }
        guard ["/metrics", "/healthz", "/readyz", "/debug/operations"].contains(path) else {
            return .text(.notFound, "not found: try /metrics, /healthz, /readyz or /debug/operations")
        }
        guard head.method == .GET || head.method == .HEAD else { return .text(.methodNotAllowed, "only GET and HEAD") }
        switch path {
        case "/metrics":
            let body = await self.metrics.exposition()
            return MetricsReply(status: .ok, contentType: PrometheusText.contentType, body: body)
        case "/readyz":
            if let reason = await self.readiness() { return .text(.serviceUnavailable, reason) }
            return .text(.ok, "ready")
        case "/debug/operations":
            return MetricsReply(status: .ok, contentType: "application/json", body: await self.operations())
        default:
            return .text(.ok, "ok")
        }
    }
}
