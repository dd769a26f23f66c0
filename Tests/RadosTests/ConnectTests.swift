// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import Redaction
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Connecting: who gets in, who does not and why, and what a closed connection says.
@Suite(.timeLimit(.minutes(2)))
struct ConnectTests {
    @Test("The right key gets in, and the connection knows the cluster and its own address")
    func rightKey() async throws {
        let cluster = try await TestCluster.shared()
        let first = try await cluster.connect()
        let second = try await cluster.connect()
        #expect(first.fsid == cluster.fsid)
        #expect(first.instanceAddress.wholeMatch(of: /127\.0\.0\.1:0\/[0-9]+/) != nil, "\(first.instanceAddress)")
        #expect(first.instanceAddress != second.instanceAddress, "each connection is an instance of its own")
        await first.close()
        await second.close()
    }

    @Test("A wrong key and an unknown user are refused", arguments: ["csi", "nobody"])
    func wrongKey(user: String) async throws {
        let cluster = try await TestCluster.shared()
        // A well-formed key that is nobody's: type 1, time 0, 16 bytes.
        let target = ClusterTarget(
            monitors: cluster.monitors,
            user: user,
            key: "AQAAAAAAAAAAABAAMDEyMzQ1Njc4OUFCQ0RFRg=="
        )
        let code = try await errno { try await cluster.connect(as: target) }
        // librados says EACCES or EPERM, by version.
        #expect(code == .permissionDenied || code == .notPermitted, "\(String(describing: code))")
    }

    @Test("A key that is none is refused before anything is sent, and is not in the message")
    func unreadableKey() async throws {
        let cluster = try await TestCluster.shared()
        let target = ClusterTarget(monitors: cluster.monitors, user: "csi", key: "not-a-key-at-all")
        let error = await #expect(throws: CephError.self) { try await cluster.connect(as: target) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.description.contains("not-a-key-at-all") == false)
    }

    @Test("Where no monitor answers, connecting gives up after the time it was given")
    func noMonitor() async throws {
        let cluster = try await TestCluster.shared()
        // Port 9 of loopback: nothing listens there.
        let target = ClusterTarget(monitors: ["[v2:127.0.0.1:9/0]"], user: "csi", key: cluster.csi.key)
        let timeouts = CephTimeouts(connect: .seconds(1), monitor: .seconds(1), osd: .seconds(1))
        try await expectErrno(.timedOut) { try await cluster.connect(as: target, timeouts: timeouts) }
    }

    @Test("No address, or one that cannot be read, is an invalid argument", arguments: [[], [""], ["v9:nowhere:x"]])
    func unreadableAddress(monitors: [String]) async throws {
        let cluster = try await TestCluster.shared()
        let target = ClusterTarget(monitors: monitors, user: "csi", key: cluster.csi.key)
        let code = try await errno { try await cluster.connect(as: target) }
        // A host name that does not resolve is ENOENT to librados.
        #expect(code == .invalidArgument || code == .noSuchFileOrDirectory, "\(String(describing: code))")
    }

    @Test("One address of several suffices")
    func oneOfSeveral() async throws {
        let cluster = try await TestCluster.shared()
        let target = ClusterTarget(
            monitors: ["[v2:127.0.0.1:9/0]"] + cluster.monitors,
            user: "csi",
            key: cluster.csi.key
        )
        let connection = try await cluster.connect(as: target)
        #expect(connection.fsid == cluster.fsid)
        await connection.close()
    }

    @Test("A closed connection refuses calls, while an I/O context made before goes on")
    func closed() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { shared in
            let connection = try await cluster.connect()
            let context = try await connection.ioContext(pool: shared.poolName, namespace: shared.namespace)
            await connection.close()
            await connection.close()
            try await expectErrno(.socketNotConnected) { try await connection.pools() }
            try await context.write("late") { $0.writeFull([1]) }
            #expect(try await shared.read("late", length: 10) == [1])
        }
    }

    @Test("A command the user may not run and one that does not exist are told apart")
    func commands() async throws {
        let cluster = try await TestCluster.shared()
        let restricted = try await cluster.connect()
        let admin = try await cluster.connect(as: cluster.admin)
        let forbidden = try await errno { try await restricted.monitorCommand(["prefix": "auth ls"]) }
        #expect(forbidden == .permissionDenied || forbidden == .notPermitted)
        try await expectErrno(.invalidArgument) { try await admin.monitorCommand(["prefix": "no such command"]) }
        let answer = try await admin.monitorCommand(["prefix": "fsid"])
        #expect(String(decoding: answer, as: UTF8.self).contains(cluster.fsid))
        await restricted.close()
        await admin.close()
    }
}
