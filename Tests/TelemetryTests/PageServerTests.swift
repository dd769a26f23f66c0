// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

import Logging
import Telemetry
import Testing

/// The server of pages over real sockets on loopback, and how it reads a request.
@Suite(.timeLimit(.minutes(2))) struct PageServerTests {
    private func withServer(_ body: (RawClient) async throws -> Void) async throws {
        let (ports, heard) = AsyncStream.makeStream(of: Int.self)
        let server = PageServer(
            address: try #require(ListenAddress("127.0.0.1:0")),
            option: "--page",
            limits: MetricsLimits(exchange: .seconds(60)),
            logger: CapturedLines().json(),
            onListening: { heard.yield($0) }
        ) { request in
            let query = request.query.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return PageReply(
                status: request.path == "/" ? 200 : 404,
                contentType: "text/plain",
                fields: [("X-Own", "1")],
                body: "\(query.joined(separator: ",")) \(request.acceptLanguage)"
            )
        }
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

    @Test func `a page gets path, query and languages, and its own fields reach the client`() async throws {
        try await self.withServer { client in
            let answer = try await client.exchange(
                "GET /?b=2&a=1 HTTP/1.1\r\nHost: x\r\nAccept-Language: ko,en\r\n\r\n"
            )
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.contains("X-Own: 1\r\n") && answer.contains("Cache-Control: no-store\r\n"))
            #expect(answer.hasSuffix("\r\n\r\na=1,b=2 ko,en"))
            #expect(try await client.get("/x").hasPrefix("HTTP/1.1 404 Not Found\r\n"))
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS"])
    func `nothing can be changed`(method: String) async throws {
        try await self.withServer { client in
            let answer = try await client.exchange("\(method) / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 405 ") && answer.contains("Allow: GET, HEAD\r\n"))
        }
    }

    @Test func `HEAD has the length and no body`() async throws {
        try await self.withServer { client in
            let answer = try await client.exchange("HEAD /?a=1 HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(answer.contains("Content-Length: 4\r\n") && answer.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func `an address in use is an error that names the option`() async throws {
        try await self.withServer { client in
            let second = PageServer(
                address: try #require(ListenAddress("127.0.0.1:\(client.port)")),
                option: "--page",
                logger: CapturedLines().json()
            ) { _ in PageReply(status: 200, contentType: "", fields: [], body: "") }
            let error = await #expect(throws: ListenError.self) { try await second.run() }
            #expect(error?.description.hasSuffix("choose another --page") == true)
        }
    }

    @Test(
        arguments: [
            ("/", "/", [:]), ("/?", "/", [:]), ("/x?a=1&a=2", "/x", ["a": "1"]), ("/?a", "/", ["a": ""]),
            ("/?a=b%20c+d%2B", "/", ["a": "b c d+"]), ("/?%EA%B3%BC=%EB%AA%A9", "/", ["과": "목"]),
            ("/?a=%zz%4", "/", ["a": "%zz%4"]), ("/?a=%FF", "/", ["a": "\u{FFFD}"]),
            ("/?a=1=2&&b=%26", "/", ["a": "1=2", "b": "&"]),
            ("", "", [:]),
        ] as [(String, String, [String: String])]
    )
    func `a target is read as browsers write it`(target: String, path: String, query: [String: String]) {
        let request = PageRequest(target: target)
        #expect(request.path == path && request.query == query)
    }
}
