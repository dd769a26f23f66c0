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

/// The built program `locker`, running as one of its commands, with a client that is connected to its socket.
///
/// Whoever starts one ends it by ``kill()`` or ``terminate()``; an ``Installation`` does so for those it has started.
final class LockerProcess: Sendable {
    typealias Client = GRPCClient<HTTP2ClientTransport.Posix>

    /// Its socket.
    let socket: FilePath

    /// What it writes to stderr, with what earlier processes wrote to the same file.
    let log: FilePath

    private let process: ChildProcess
    private let client: Client
    private let connection: Task<Void, any Error>

    var identity: IdentityClient<HTTP2ClientTransport.Posix> { IdentityClient(self.client) }
    var controller: ControllerClient<HTTP2ClientTransport.Posix> { ControllerClient(self.client) }
    var node: NodeClient<HTTP2ClientTransport.Posix> { NodeClient(self.client) }
    var groups: GroupControllerClient<HTTP2ClientTransport.Posix> { GroupControllerClient(self.client) }
    var snapshots: SnapshotMetadataClient<HTTP2ClientTransport.Posix> { SnapshotMetadataClient(self.client) }
    var data: DataClient<HTTP2ClientTransport.Posix> { DataClient(self.client) }

    /// Starts it and waits until its socket is listened on.
    ///
    /// - Parameters:
    ///   - arguments: the command and its options.
    ///   - socket: where it will listen.
    ///   - log: the file that its stderr is added to.
    ///   - environment: added to this process' own.
    /// - Throws: ``SetUpError`` with its log if it ends before.
    init(
        _ arguments: [String],
        socket: FilePath,
        log: FilePath,
        environment: [String: String] = [:]
    ) async throws {
        self.socket = socket
        self.log = log
        let process = try Self.start(arguments, log: log, environment: environment)
        self.process = process
        self.client = GRPCClient(
            transport: try .http2NIOPosix(
                target: .unixDomainSocket(path: socket.string),
                transportSecurity: .plaintext
            )
        )
        while try UnixSocket.state(of: socket) != .served {
            if let status = process.status {
                let text = try Self.text(of: log)
                throw SetUpError("locker \(arguments.joined(separator: " ")) ended with \(status): \(text)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        self.connection = Task { [client] in try await client.runConnections() }
    }

    /// Starts it without waiting for anything but its end.
    ///
    /// - Returns: how it ended, and what it wrote.
    static func run(
        _ arguments: [String],
        log: FilePath,
        environment: [String: String] = [:]
    ) async throws -> (status: Int32, output: String) {
        let status = try await Self.start(arguments, log: log, environment: environment).wait()
        return (status, try Self.text(of: log))
    }

    private static func start(
        _ arguments: [String],
        log: FilePath,
        environment: [String: String]
    ) throws -> ChildProcess {
        // Appended to, since several processes write to it.
        let file = try FileDescriptor.open(
            log,
            .writeOnly,
            options: [.append, .create, .closeOnExec],
            permissions: .ownerReadWrite
        )
        return try file.closeAfter {
            try ChildProcess(
                try BuiltProgram.path("locker"),
                arguments,
                environment: environment,
                output: file,
                error: file
            )
        }
    }

    private static func text(of log: FilePath) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: log.string)), as: UTF8.self)
    }

    /// Its number, to look at it in /proc.
    var processID: Int32 { self.process.id }

    /// All that was written to ``log`` until now.
    func output() throws -> String { try Self.text(of: self.log) }

    /// How it ended; waits until it has.
    ///
    /// - Returns: as ``ChildProcess/status``.
    @discardableResult
    func wait() async -> Int32 {
        let status = await self.process.wait()
        self.client.beginGracefulShutdown()
        self.connection.cancel()
        _ = await self.connection.result
        return status
    }

    /// Ends it as the kernel's out-of-memory killer would, unless it has ended.
    func kill() async {
        self.send(SIGKILL)
        await self.wait()
    }

    /// Ends it in order.
    ///
    /// - Returns: its exit status.
    @discardableResult
    func terminate() async -> Int32 {
        self.send(SIGTERM)
        return await self.wait()
    }

    /// Sends a signal, unless it has ended.
    func send(_ signal: Int32) { self.process.send(signal) }

    /// Opens another connection to the same socket.
    func connect() throws -> Client {
        GRPCClient(
            transport: try .http2NIOPosix(
                target: .unixDomainSocket(path: self.socket.string),
                transportSecurity: .plaintext
            )
        )
    }
}
