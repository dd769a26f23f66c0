// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import Host
internal import SystemPackage
internal import Testing

/// The CSI socket: whose it is, what may be at its path, and what comes in through it.
@Suite(.timeLimit(.minutes(10)))
struct SocketTests {
    @Test("Only its owner can connect to the socket")
    func mode() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            var status = stat()
            #expect(lstat(controller.socket.string, &status) == 0)
            #expect(status.st_mode & S_IFMT == S_IFSOCK)
            #expect(status.st_mode & 0o777 == 0o600)
        }
    }

    @Test("A socket that a killed process left is replaced")
    func stale() async throws {
        try await Installation.with { installation in
            let killed = try await installation.controller()
            await killed.kill()
            #expect(try UnixSocket.state(of: killed.socket) == .stale)
            let controller = try await installation.controller()
            _ = try await controller.identity.probe(ProbeRequest(), timeout: .seconds(10))
        }
    }

    @Test("A socket that another process serves is left to it")
    func served() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let second = try await Self.fail(installation, endpoint: controller.socket.string)
            #expect(second.contains("another process serves"))
            #expect(second.contains(controller.socket.string))
            _ = try await controller.identity.probe(ProbeRequest(), timeout: .seconds(10))
        }
    }

    @Test("What is not a socket is not touched")
    func notASocket() async throws {
        try await Installation.with { installation in
            let file = try installation.write("a student's homework", to: "homework")
            let words = try await Self.fail(installation, endpoint: "unix://\(file)")
            #expect(words.contains("is not a socket"))
            #expect(try String(contentsOfFile: file.string, encoding: .utf8) == "a student's homework")
        }
    }

    @Test(
        "An endpoint that cannot be is refused in words",
        arguments: [
            ("unix:///tmp/\(String(repeating: "long", count: 30)).sock", "at most 107 bytes"),
            ("tcp://127.0.0.1:1234", "unix:///path/to/csi.sock"), ("csi.sock", "unix:///path/to/csi.sock"),
        ]
    )
    func wrong(endpoint: String, words: String) async throws {
        try await Installation.with { installation in
            let output = try await Self.fail(installation, endpoint: endpoint)
            #expect(output.contains(words))
        }
    }

    @Test("Without --endpoint the socket is CSI_ENDPOINT's, and without both there are words")
    func environment() async throws {
        try await Installation.with { installation in
            let process = try await installation.start(
                Self.arguments(installation),
                socket: "e.sock",
                environment: ["CSI_ENDPOINT": "unix://\(installation.path("e.sock"))"]
            )
            _ = try await process.identity.probe(ProbeRequest(), timeout: .seconds(10))
            let (status, output) = try await LockerProcess.run(
                Self.arguments(installation),
                log: installation.path("none"),
                environment: ["CSI_ENDPOINT": ""]
            )
            #expect(status != 0)
            #expect(output.contains("CSI_ENDPOINT"))
        }
    }

    @Test("Garbage on the socket does no harm to others")
    func garbage() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            var generator = SystemRandomNumberGenerator()
            let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
            let noise = (0..<65536).map { _ in UInt8.random(in: 0...255, using: &generator) }
            for bytes in [
                noise, preface + noise, Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8), [], preface,
                // A frame that says it has 16 MiB.
                preface + [0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1],
            ] {
                try RawSocket.send(bytes, to: controller.socket)
                _ = try await controller.identity.probe(ProbeRequest(), timeout: .seconds(10))
            }
            _ = try await controller.create(installation.plan(), of: installation)
        }
    }

    @Test("A socket whose process has ended in order is gone")
    func removed() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            #expect(await controller.terminate() == 0)
            #expect(try UnixSocket.state(of: controller.socket) == .missing)
        }
    }

    private static func arguments(_ installation: Installation) -> [String] {
        [
            "controller", "--config", installation.path("config.json").string, "--instance-key",
            installation.path("instance-key").string,
        ]
    }

    /// Starts a controller that cannot serve.
    ///
    /// - Returns: what it said.
    private static func fail(_ installation: Installation, endpoint: String) async throws -> String {
        let (status, output) = try await LockerProcess.run(
            Self.arguments(installation) + ["--endpoint", endpoint],
            log: installation.path("refused")
        )
        #expect(status != 0)
        return output
    }
}
