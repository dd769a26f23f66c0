// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// The cluster that tests are given, and what it promises them.
@Suite(.timeLimit(.minutes(2)))
struct TestClusterTests {
    @Test("The shared cluster is one, answers, and is the one its files name")
    func shared() async throws {
        let first = try await TestCluster.shared()
        let second = try await TestCluster.shared()
        #expect(first === second)
        let connection = try await first.connect()
        #expect(connection.fsid == first.fsid)
        #expect(try await connection.pools().contains("students"))
        await connection.close()
    }

    @Test("A namespace is gone with all its objects when the test's body ends, also by an error")
    func namespaceIsRemoved() async throws {
        struct Stop: Error {}
        let cluster = try await TestCluster.shared()
        var left: IOContext?
        do {
            try await cluster.withNamespace { context in
                left = context
                try await context.write("object") { $0.writeFull([1, 2, 3]) }
                #expect(try await context.objects(prefix: "obj") == ["object"])
                throw Stop()
            }
        } catch is Stop {
        }
        let context = try #require(left)
        #expect(try await context.objects().isEmpty)
    }

    @Test("The checkout is found, and a program that was not built is an error")
    func places() throws {
        #expect(FileManager.default.fileExists(atPath: RepositoryRoot.path.appending("Package.swift").string))
        #expect(throws: SetUpError.self) { try BuiltProgram.path("no-such-program") }
    }

    @Test("A cluster of a test's own starts beside the shared one, and is gone without a trace when it is torn down")
    func ownCluster() async throws {
        let shared = try await TestCluster.shared()
        let own = try await TestCluster.start(store: .memstore, pools: ["one", "two"], manager: .no)
        #expect(own.fsid != shared.fsid)
        let connection = try await own.connect()
        #expect(try await Set(connection.pools()) == ["one", "two"])
        await connection.close()
        let pids = try ["mon.a", "osd.0"].map { name in
            try String(contentsOfFile: own.directory.appending("\(name).pid").string, encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        #expect(pids.allSatisfy { FileManager.default.fileExists(atPath: "/proc/\($0)") })
        try await own.tearDown()
        #expect(!FileManager.default.fileExists(atPath: own.directory.string))
        for pid in pids {
            let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
            #expect(status?.contains(") Z ") ?? true, "\(pid) still runs")
        }
        let timeouts = CephTimeouts(connect: .seconds(1), monitor: .seconds(1), osd: .seconds(1))
        try await expectErrno(.timedOut) { try await own.connect(timeouts: timeouts) }
    }

    @Test("dev/ceph's own words are in the error when it cannot start a cluster")
    func failure() async throws {
        let error = await #expect(throws: SetUpError.self) {
            try await TestCluster.start(size: 1 << 20, pools: ["a/b c"])
        }
        #expect(error?.description.contains("dev/ceph") == true)
    }
}
