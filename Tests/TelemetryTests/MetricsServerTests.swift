// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

import CoreMetrics
import Foundation
import Logging
import Metrics
import Synchronization
import Telemetry
import Testing

/// The server over real sockets on loopback.
@Suite(.timeLimit(.minutes(5))) struct MetricsServerTests {
    /// Runs `body` against a server on a free port, then cancels the server and waits for its end.
    private func withServer(
        _ factory: PrometheusFactory = PrometheusFactory(),
        address: String = "127.0.0.1:0",
        readiness: @escaping @Sendable () async -> String? = { nil },
        limits: MetricsLimits = MetricsLimits(exchange: .seconds(240)),
        _ body: (RawClient) async throws -> Void
    ) async throws {
        let (ports, heard) = AsyncStream.makeStream(of: Int.self)
        let server = MetricsServer(
            address: try #require(ListenAddress(address)),
            metrics: factory,
            readiness: readiness,
            operations: { "[{\"volume\":\"v1\"}]" },
            limits: limits,
            logger: CapturedLines().json(),
            onListening: { heard.yield($0) }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { heard.finish() }
                try await server.run()
            }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next(), "the server ended before it listened")
            try await body(RawClient(port: port))
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {}
        }
    }

    @Test func `metrics are the factory's exposition`() async throws {
        let factory = PrometheusFactory()
        Counter(label: "x", dimensions: [("a", "b")], factory: factory).increment()
        try await self.withServer(factory) { client in
            let answer = try await client.get("/metrics?name=x")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
            #expect(answer.contains("Content-Length: 28\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n# TYPE x counter\nx{a=\"b\"} 1\n"))
        }
    }

    @Test func `readiness is asked each time and its reason told`() async throws {
        let reason = Mutex<String?>("no monitor of cluster lab answers")
        try await self.withServer(readiness: { reason.withLock { $0 } }) { client in
            let not = try await client.get("/readyz")
            #expect(not.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
            #expect(not.hasSuffix("\r\n\r\nno monitor of cluster lab answers\n"))
            #expect(try await client.get("/healthz").hasPrefix("HTTP/1.1 200 OK\r\n"))
            reason.withLock { $0 = nil }
            #expect(try await client.get("/readyz").hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test func `what runs right now is shown as JSON`() async throws {
        try await self.withServer { client in
            let answer = try await client.get("/debug/operations")
            #expect(answer.contains("Content-Type: application/json\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n[{\"volume\":\"v1\"}]"))
        }
    }

    @Test(arguments: [
        ("GET /", 404), ("GET /metricsx", 404), ("POST /metrics", 405), ("DELETE /healthz", 405),
        ("HEAD /metrics", 200),
        ("POST /", 404),
    ])
    func `other paths are 404 and other methods 405`(request: String, status: Int) async throws {
        try await self.withServer { client in
            let answer = try await client.exchange("\(request) HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.contains("Allow: GET, HEAD\r\n") == (status == 405))
        }
    }

    @Test(arguments: [
        "\r\n\r\n\u{0}\u{1}\r\n\r\n", "GET\r\n\r\n", "NONSENSE / HTTP/9.9\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}",
    ])
    func `garbage ends its own connection only`(garbage: String) async throws {
        try await self.withServer { client in
            let answer = try await client.exchange(Array(garbage.utf8), halfClose: true)
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400 "))
            #expect(try await client.get("/healthz").hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test func `a request that is too large is cut off`() async throws {
        try await self.withServer(limits: MetricsLimits(requestBytes: 1_000, exchange: .seconds(240))) { client in
            let padding = String(repeating: "x", count: 100_000)
            let answer = try await client.exchange("GET /metrics HTTP/1.1\r\nX-Padding: \(padding)\r\n\r\n")
            #expect(!answer.contains("200 OK"))
            #expect(try await client.get("/healthz").hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test func `a client that never finishes is closed, and holds up nobody meanwhile`() async throws {
        try await self.withServer(limits: MetricsLimits(exchange: .seconds(2))) { client in
            async let slow = client.exchange("GET /metrics HTTP/1.1\r\nHost:")  // returns when the server closes
            try await self.waitUntilServed(client)
            let answer = try await slow
            #expect(answer == "")
        }
    }

    @Test func `more connections than allowed are refused, and allowed again later`() async throws {
        try await self.withServer(limits: MetricsLimits(exchange: .seconds(2), connections: 2)) { client in
            // Three that never finish their request: the third is closed at once, the others at their deadline.
            async let first = client.exchange("GET")
            async let second = client.exchange("GET")
            async let third = client.exchange("GET")
            let answers = try await [first, second, third]
            #expect(answers == ["", "", ""])
            try await self.waitUntilServed(client)
        }
    }

    /// Asks until there is an answer: on a busy machine a short deadline also cuts off clients that do nothing wrong.
    private func waitUntilServed(_ client: RawClient) async throws {
        while try await !client.get("/healthz").hasPrefix("HTTP/1.1 200 OK\r\n") { try Task.checkCancellation() }
    }

    @Test func `without a host every address is served`() async throws {
        try await self.withServer(address: ":0") { client in
            let answer = try await client.get("/healthz")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test func `an address in use is an error, not a silent process`() async throws {
        try await self.withServer { client in
            let address = try #require(ListenAddress("127.0.0.1:\(client.port)"))
            let second = MetricsServer(
                address: address,
                metrics: PrometheusFactory(),
                readiness: { nil },
                logger: CapturedLines().json()
            )
            let error = await #expect(throws: ListenError.self) { try await second.run() }
            #expect(error?.description.contains("127.0.0.1:\(client.port)") == true)
        }
    }
}
