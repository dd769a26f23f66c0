// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import Redaction
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Connections shared by those who ask for the same.
@Suite(.timeLimit(.minutes(2)))
struct ClusterPoolTests {
    private static func pool(
        threads: Int = 8,
        timeouts: CephTimeouts = .management,
        idleTime: Duration = .seconds(300)
    ) -> ClusterPool {
        ClusterPool(
            threads: BlockingPool(threads: threads, name: "pool test"),
            timeouts: timeouts,
            idleTime: idleTime
        )
    }

    @Test("The same target shares a connection, another purpose or user has its own")
    func sharing() async throws {
        let cluster = try await TestCluster.shared()
        let pool = Self.pool()
        let first = try await pool.cluster(for: cluster.csi)
        let second = try await pool.cluster(for: cluster.csi)
        let mutation = try await pool.cluster(for: cluster.csi, purpose: .mutation)
        let admin = try await pool.cluster(for: cluster.admin)
        #expect(first.cluster === second.cluster)
        #expect(first.cluster !== mutation.cluster && first.cluster !== admin.cluster)
        #expect(pool.count == 3)
        await pool.close()
    }

    @Test("A wrong key gets no connection, although the right one has made one, and does no harm to it")
    func wrongKey() async throws {
        let cluster = try await TestCluster.shared()
        let pool = Self.pool()
        let right = try await pool.cluster(for: cluster.csi)
        let wrong = ClusterTarget(
            monitors: cluster.monitors,
            user: "csi",
            key: "AQAAAAAAAAAAABAAMDEyMzQ1Njc4OUFCQ0RFRg=="
        )
        let code = try await errno { try await pool.cluster(for: wrong) }
        #expect(code == .permissionDenied || code == .notPermitted)
        #expect(pool.count == 1)
        #expect(try await pool.cluster(for: cluster.csi).cluster === right.cluster)
        await pool.close()
    }

    @Test("50 first users at once make one attempt")
    func concurrentFirst() async throws {
        let cluster = try await TestCluster.shared()
        let pool = Self.pool()
        let leases = try await withThrowingTaskGroup(of: ClusterLease.self) { group in
            for _ in 0..<50 { group.addTask { try await pool.cluster(for: cluster.csi) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(leases.map { ObjectIdentifier($0.cluster) }).count == 1)
        #expect(pool.count == 1)
        await pool.close()
    }

    // Each for itself would take 200 seconds on one thread, and the suite's time limit would end it.
    @Test(
        "200 first users of a cluster that does not answer wait for one timeout together, and the next one tries anew"
    )
    func sharedFailure() async throws {
        let cluster = try await TestCluster.shared()
        let timeouts = CephTimeouts(connect: .seconds(1), monitor: .seconds(1), osd: .seconds(1))
        let pool = Self.pool(threads: 1, timeouts: timeouts)
        let target = ClusterTarget(monitors: ["[v2:127.0.0.1:9/0]"], user: "csi", key: cluster.csi.key)
        let codes = try await withThrowingTaskGroup(of: Errno?.self) { group in
            for _ in 0..<200 { group.addTask { try await errno { try await pool.cluster(for: target) } } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.allSatisfy { $0 == .timedOut })
        #expect(pool.count == 0)
        try await expectErrno(.timedOut) { try await pool.cluster(for: target) }
        await pool.close()
    }

    @Test("An idle connection is closed, one in use is not")
    func idle() async throws {
        let cluster = try await TestCluster.shared()
        let pool = Self.pool(idleTime: .zero)
        let used = try await pool.cluster(for: cluster.csi)
        var idle: ClusterLease? = try await pool.cluster(for: cluster.admin)
        let connection = try #require(idle).cluster
        await pool.closeIdle()
        #expect(pool.count == 2)
        idle = nil
        await pool.closeIdle()
        #expect(pool.count == 1)
        try await expectErrno(.socketNotConnected) { try await connection.pools() }
        #expect(try await !used.cluster.pools().isEmpty)
        await pool.close()
    }

    @Test("A connection is kept for its idle time")
    func kept() async throws {
        let cluster = try await TestCluster.shared()
        let pool = Self.pool()
        let connection = try await pool.cluster(for: cluster.csi).cluster
        await pool.closeIdle()
        #expect(try await pool.cluster(for: cluster.csi).cluster === connection)
        await pool.close()
    }

    @Test("A discarded connection is given to nobody any more, while who has it keeps it")
    func discard() async throws {
        let cluster = try await TestCluster.shared()
        let pool = Self.pool()
        let fenced = try await pool.cluster(for: cluster.csi)
        fenced.discard()
        #expect(pool.count == 0)
        let fresh = try await pool.cluster(for: cluster.csi)
        #expect(fresh.cluster !== fenced.cluster)
        #expect(try await !fenced.cluster.pools().isEmpty)
        // The old lease's end must not count for the new connection.
        fenced.discard()
        #expect(pool.count == 1)
        await pool.close()
    }

    @Test("A closed pool refuses, and its connections are closed")
    func close() async throws {
        let cluster = try await TestCluster.shared()
        let pool = Self.pool()
        let lease = try await pool.cluster(for: cluster.csi)
        await pool.close()
        try await expectErrno(.canceled) { try await pool.cluster(for: cluster.csi) }
        try await expectErrno(.socketNotConnected) { try await lease.cluster.pools() }
        #expect(pool.count == 0)
    }
}
