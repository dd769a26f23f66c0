// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import Host
internal import LockerProto
internal import SystemPackage
internal import TestSupport
internal import Testing

/// The node makes itself known to kubelet, whose part is played here: it finds a socket in its directory and calls it.
@Suite(.timeLimit(.minutes(3)))
struct RegistrationTests {
    @Test("A socket in kubelet's directory tells who is there and where; it goes before the process does")
    func registered() async throws {
        try await Self.with { installation, node, socket in
            var status = stat()
            #expect(lstat(socket.string, &status) == 0 && status.st_mode & 0o777 == 0o600)
            let info = try await Self.call(socket) { try await $0.getInfo(InfoRequest(), timeout: .seconds(10)) }
            #expect(info.type == "CSIPlugin" && info.name == "rbd.locker.csi" && info.supportedVersions == ["1.0.0"])
            #expect(info.endpoint == "/kubelet/plugins/rbd.locker.csi/csi.sock")
            // Whoever is told of the driver calls it at once.
            _ = try await node.node.nodeGetInfo(NodeGetInfoRequest())
            try await Self.notify(socket, isRegistered: true)
            try await Self.log(of: node, has: "kubelet has registered the driver")
            // As after each start of a kubelet's.
            try await Self.notify(socket, isRegistered: true)

            #expect(await node.terminate() == 0)
            #expect(try UnixSocket.state(of: socket) == .missing)
        }
    }

    @Test("A driver that kubelet refuses takes its socket away and makes it anew, and serves meanwhile")
    func refused() async throws {
        try await Self.with { _, node, socket in
            let first = try Self.number(of: socket)
            try await Self.notify(socket, isRegistered: false, error: "no such feature")
            try await Self.log(of: node, has: "no such feature")
            while (try? Self.number(of: socket)) ?? first == first { try await Task.sleep(for: .milliseconds(5)) }
            _ = try await node.node.nodeGetInfo(NodeGetInfoRequest())
            try await Self.served(socket)
            try await Self.notify(socket, isRegistered: true)
            try await Self.log(of: node, has: "kubelet has registered the driver")
        }
    }

    @Test("What a killed process left in the directory is replaced by the next")
    func killed() async throws {
        try await Self.with { installation, node, socket in
            await node.kill()
            #expect(try UnixSocket.state(of: socket) == .stale)
            let next = try await Self.node(installation)
            try await Self.served(socket)
            try await Self.notify(socket, isRegistered: true)
            #expect(await next.terminate() == 0)
            #expect(try UnixSocket.state(of: socket) == .missing)
        }
    }

    @Test("Without the option there is no socket; a directory that is not there ends the process, in words")
    func options() async throws {
        try await Installation.with { installation in
            _ = try await installation.data()
            let node = try await installation.node()
            _ = try await node.identity.probe(ProbeRequest())
            await node.terminate()
            let missing = await #expect(throws: SetUpError.self) {
                try await installation.node(options: ["--registration-dir", "/nowhere/at/all"])
            }
            #expect(missing.map { "\($0)" }?.contains("--registration-dir /nowhere/at/all is no directory") == true)
            let wrong = try await LockerProcess.run(
                ["node", "--node-id", "n", "--kubelet-registration-path", "/csi.sock"],
                log: installation.path("wrong")
            )
            #expect(wrong.status != 0 && wrong.output.contains("--registration-dir"))
        }
    }

    /// Lends a node that has made its registration socket.
    private static func with(_ body: (Installation, LockerProcess, FilePath) async throws -> Void) async throws {
        try await Installation.with { installation in
            _ = try await installation.data()
            let node = try await Self.node(installation)
            let socket = installation.path("registry").appending("rbd.locker.csi-reg.sock")
            try await Self.served(socket)
            try await body(installation, node, socket)
        }
    }

    private static func node(_ installation: Installation) async throws -> LockerProcess {
        let directory = installation.path("registry").string
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        return try await installation.node(options: [
            "--registration-dir", directory,
            "--kubelet-registration-path", "/kubelet/plugins/rbd.locker.csi/csi.sock",
        ])
    }

    private static func served(_ socket: FilePath) async throws {
        while try UnixSocket.state(of: socket) != .served { try await Task.sleep(for: .milliseconds(5)) }
    }

    private static func number(of socket: FilePath) throws -> UInt64 {
        let attributes = try FileManager.default.attributesOfItem(atPath: socket.string)
        return try #require(attributes[.systemFileNumber] as? UInt64)
    }

    private static func log(of node: LockerProcess, has words: String) async throws {
        while try !node.output().contains(words) { try await Task.sleep(for: .milliseconds(5)) }
    }

    private static func notify(_ socket: FilePath, isRegistered: Bool, error: String = "") async throws {
        _ = try await Self.call(socket) {
            try await $0.notifyRegistrationStatus(
                RegistrationStatus(pluginRegistered: isRegistered, error: error),
                timeout: .seconds(10)
            )
        }
    }

    /// Calls it as kubelet does: on a connection of its own each time.
    private static func call<Answer: Sendable>(
        _ socket: FilePath,
        _ body: @Sendable (RegistrationClient<HTTP2ClientTransport.Posix>) async throws -> Answer
    ) async throws -> Answer {
        try await withGRPCClient(
            transport: .http2NIOPosix(
                target: .unixDomainSocket(path: socket.string),
                transportSecurity: .plaintext
            )
        ) { try await body(RegistrationClient($0)) }
    }
}
