// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import Host
internal import RBD
internal import Rados
internal import Redaction
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Lends one peer to all tests of a suite.
struct PeerTrait: SuiteTrait, TestScoping {
    @concurrent
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let environment = ProcessInfo.processInfo.environment
        var template = Array("/tmp/cf-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SetUpError("no folder can be made in /tmp") }
        let directory = FilePath(
            String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        )
        if let endpoint = environment["LOCKER_CONFORMANCE_ENDPOINT"], !endpoint.isEmpty {
            let path = endpoint.hasPrefix("unix://") ? String(endpoint.dropFirst("unix://".count)) : endpoint
            let given = try Given(environment: environment)
            try await Self.connect(to: FilePath(path), given: given, directory: directory, own: nil, function)
        } else {
            let cluster = try await TestCluster.shared()
            try await cluster.withNamespace { context in
                let own = try OwnPlugin.start(on: cluster, context, in: directory)
                defer { own.process.send(SIGKILL) }
                try await Self.waitForSocket(of: own)
                let given = Given(
                    parameters: own.parameters(namespace: context.namespace),
                    secrets: ["userID": Secret(cluster.csi.user), "userKey": cluster.csi.key]
                )
                try await Self.connect(to: own.socket, given: given, directory: directory, own: own, function)
                own.process.send(SIGTERM)
                #expect(await own.process.wait() == 0, "locker serve did not end in order")
                #expect(try await context.images().isEmpty, "images are left")
            }
        }
        let mounts = try MountTable.read().entries.map(\.mountPoint).filter { $0.starts(with: directory) }
        #expect(mounts.isEmpty, "mounts are left")
        // Lazily: what a killed plugin has served answers nothing but errors.
        for mount in mounts.reversed() { umount2(mount.string, CInt(MNT_DETACH)) }
        try FileManager.default.removeItem(atPath: directory.string)
    }

    private static func waitForSocket(of own: OwnPlugin) async throws {
        while try UnixSocket.state(of: own.socket) != .served {
            if let status = own.process.status {
                throw SetUpError("locker serve ended with \(status): \(try own.output())")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private static func connect(
        to socket: FilePath,
        given: Given,
        directory: FilePath,
        own: OwnPlugin?,
        _ function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let client = GRPCClient(
            transport: try .http2NIOPosix(
                target: .unixDomainSocket(path: socket.string),
                transportSecurity: .plaintext
            )
        )
        let connection = Task { try await client.runConnections() }
        defer {
            client.beginGracefulShutdown()
            connection.cancel()
        }
        let peer = try await Peer(client: client, socket: socket, given: given, directory: directory, own: own)
        try await Peer.$current.withValue(peer) { try await function() }
    }
}

extension Trait where Self == PeerTrait {
    /// One peer for all tests of the suite.
    static var peer: Self { PeerTrait() }
}
