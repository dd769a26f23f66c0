// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Pools: names, ids, space; and namespaces in them.
@Suite(.timeLimit(.minutes(2)))
struct PoolTests {
    @Test("Names and ids lead to each other")
    func namesAndIDs() async throws {
        let connection = try await TestCluster.shared().commonConnection()
        let id = try await connection.poolID(named: "students")
        #expect(try await connection.poolName(id: id) == "students")
        #expect(try await Set(connection.pools()).isSuperset(of: ["rbd", "students"]))
        let context = try await connection.ioContext(poolID: id)
        #expect(context.poolName == "students" && context.poolID == id && context.namespace.isEmpty)
    }

    @Test("A pool that does not exist is ENOENT everywhere")
    func missing() async throws {
        let connection = try await TestCluster.shared().commonConnection()
        try await expectErrno(.noSuchFileOrDirectory) { try await connection.poolID(named: "no-such-pool") }
        try await expectErrno(.noSuchFileOrDirectory) { try await connection.poolName(id: 987_654) }
        try await expectErrno(.noSuchFileOrDirectory) { try await connection.ioContext(poolID: 987_654) }
        try await expectErrno(.noSuchFileOrDirectory) { try await connection.ioContext(pool: "no-such-pool") }
        try await expectErrno(.noSuchFileOrDirectory) { try await connection.poolUsage("no-such-pool") }
    }

    @Test("More pools than the first buffer has room for are all listed, and a new one is seen at once")
    func many() async throws {
        let cluster = try await TestCluster.start(store: .memstore, pools: ["rbd"], manager: .no)
        let connection = try await cluster.connect(as: cluster.admin)
        // 40 names of over 110 characters: more than 4096 bytes.
        let names = (0..<40).map { "pool-\($0)-" + String(repeating: "x", count: 110) }
        for name in names {
            _ = try await connection.monitorCommand(["prefix": "osd pool create", "pool": name])
        }
        #expect(try await connection.poolID(named: names[39]) > 0)
        try await connection.waitForLatestMap()
        #expect(try await Set(connection.pools()).isSuperset(of: names))
        await connection.close()
        try await cluster.tearDown()
    }

    @Test("A pool's usage has what was written and what is left")
    func usage() async throws {
        let cluster = try await TestCluster.start(store: .memstore, size: 4 << 30, manager: .wait)
        let connection = try await cluster.connect()
        let context = try await connection.ioContext(pool: "students")
        try await context.write("object") { $0.writeFull([UInt8](repeating: 7, count: 3 << 20)) }
        // The mgr learns of it with the OSD's next report.
        var usage: PoolUsage?
        while usage == nil {
            do {
                let now = try await connection.poolUsage("students")
                if now.stored >= 3 << 20, now.objects >= 2 { usage = now }
            } catch let error as CephError where error.code == .resourceTemporarilyUnavailable {
            }
        }
        // From Ceph 18 on the manager keeps one more in each pool of rbd's.
        #expect(2...3 ~= (usage?.objects ?? 0), "the object and rbd_info")
        #expect((usage?.stored ?? 0) < 4 << 20)
        #expect((1 << 30)..<(4 << 30) ~= (usage?.available ?? 0), "\(String(describing: usage))")
        let all = try await connection.usage()
        #expect(all.total == 4 << 30 && all.used > 0 && all.used + all.available <= all.total)
        await connection.close()
        try await cluster.tearDown()
    }

    @Test("Without a mgr there are no numbers, rather than zeros")
    func noManager() async throws {
        let cluster = try await TestCluster.start(store: .memstore, manager: .no)
        let connection = try await cluster.connect()
        try await expectErrno(.resourceTemporarilyUnavailable) { try await connection.usage() }
        try await expectErrno(.resourceTemporarilyUnavailable) { try await connection.poolUsage("students") }
        await connection.close()
        try await cluster.tearDown()
    }

    @Test("The same object name in two namespaces is two objects")
    func namespaces() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { one in
            try await cluster.withNamespace { other in
                try await one.write("object") { $0.writeFull([1]) }
                try await other.write("object") { $0.writeFull([2]) }
                #expect(try await one.read("object", length: 1) == [1])
                #expect(try await other.read("object", length: 1) == [2])
                try await one.remove("object")
                try await expectErrno(.noSuchFileOrDirectory) { try await one.size(of: "object") }
                #expect(try await other.size(of: "object") == 1)
                #expect(one.path("object") == "students/\(one.namespace)/object")
            }
        }
    }

    @Test("A pool outside the user's capabilities is refused")
    func forbidden() async throws {
        let cluster = try await TestCluster.start(store: .memstore, pools: ["rbd"], manager: .no)
        let admin = try await cluster.connect(as: cluster.admin)
        _ = try await admin.monitorCommand(["prefix": "osd pool create", "pool": "private"])
        let connection = try await cluster.connect()
        let context = try await connection.ioContext(pool: "private")
        try await expectErrno(.notPermitted) { try await context.write("x") { $0.writeFull([1]) } }
        await admin.close()
        await connection.close()
        try await cluster.tearDown()
    }
}
