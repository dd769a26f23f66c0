// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Logging
internal import NIOHTTP1
internal import ServiceLifecycle

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
        let listener = HTTPListener(
            address: self.address,
            option: "--http-endpoint",
            subject: "metrics",
            limits: self.limits,
            logger: self.logger,
            onListening: self.onListening
        ) { await self.reply(to: $0) }
        try await listener.run()
    }

    private func reply(to head: HTTPRequestHead) async -> HTTPReply {
        let path = head.uri.prefix { $0 != "?" }
        guard ["/metrics", "/healthz", "/readyz", "/debug/operations"].contains(path) else {
            return .text(.notFound, "not found: try /metrics, /healthz, /readyz or /debug/operations")
        }
        guard head.method == .GET || head.method == .HEAD else { return .text(.methodNotAllowed, "only GET and HEAD") }
        switch path {
        case "/metrics":
            let body = await self.metrics.exposition()
            return HTTPReply(status: .ok, contentType: PrometheusText.contentType, body: body)
        case "/readyz":
            if let reason = await self.readiness() { return .text(.serviceUnavailable, reason) }
            return .text(.ok, "ready")
        case "/debug/operations":
            return HTTPReply(status: .ok, contentType: "application/json", body: await self.operations())
        default:
            return .text(.ok, "ok")
        }
    }
}
