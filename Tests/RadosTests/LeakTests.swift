// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import Redaction
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Nothing stays behind: each test is a process of its own, so that what it counts is its own.
@Suite(.timeLimit(.minutes(2)))
struct LeakTests {
    @Test("The counter sees one more connection, and sees it gone")
    func counter() async throws {
        let directory = try await TestCluster.shared().directory.string
        await #expect(processExitsWith: .success) { [directory = directory as String] in
            let cluster = try TestCluster(directory: FilePath(directory))
            try await cluster.connect().close()
            let before = try ProcessCensus()
            let connection = try await cluster.connect()
            let during = try ProcessCensus()
            #expect(during.threads > before.threads, "\(before) \(during)")
            #expect(during.descriptors > before.descriptors, "\(before) \(during)")
            #expect(during.heap > before.heap + 50_000, "\(before) \(during)")
            await connection.close()
            let after = try ProcessCensus()
            #expect(after.threads == before.threads, "\(before) \(after)")
            #expect(after.descriptors == before.descriptors, "\(before) \(after)")
            // Small blocks count as well as large ones, which malloc maps by themselves.
            for size in [500, 1_000_000] {
                let blocks = (0..<20).map { _ in UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16) }
                let grown = try ProcessCensus()
                #expect(grown.heap - after.heap >= 20 * size, "\(after) \(grown)")
                for block in blocks { block.deallocate() }
            }
        }
    }

    @Test("40 connections, closed, forgotten or refused, leave no thread and no descriptor")
    func connections() async throws {
        let directory = try await TestCluster.shared().directory.string
        await #expect(processExitsWith: .success) { [directory = directory as String] in
            let cluster = try TestCluster(directory: FilePath(directory))
            let pool = cluster.threads
            let wrong = ClusterTarget(
                monitors: cluster.monitors,
                user: "csi",
                key: "AQAAAAAAAAAAABAAMDEyMzQ1Njc4OUFCQ0RFRg=="
            )
            func round() async throws {
                let closed = try await Cluster.connect(to: cluster.csi, pool: pool)
                let context = try await closed.ioContext(pool: "students")
                _ = try await errno { try await context.size(of: "none") }
                await closed.close()
                _ = try await Cluster.connect(to: cluster.csi, pool: pool).pools()  // forgotten
                _ = try await errno { try await Cluster.connect(to: wrong, pool: pool) }
            }
            try await round()
            // What was enqueued for the pool's threads before is done once each of them has taken a later call.
            func settle() async throws { for _ in 0..<32 { try await pool.run {} } }
            try await settle()
            let before = try ProcessCensus()
            for _ in 0..<40 { try await round() }
            var after = try ProcessCensus()
            while after.threads > before.threads || after.descriptors > before.descriptors {
                // A forgotten connection ends on the pool; the suite's time limit is for one that never does.
                try await settle()
                after = try ProcessCensus()
            }
            #expect(after.heap < before.heap + (2 << 20), "\(before) \(after)")
        }
    }

    @Test("20,000 completions and omap iterators, refused and cancelled ones included, leave no memory")
    func operations() async throws {
        try await TestCluster.shared().withNamespace { context in
            let place = [try await TestCluster.shared().directory.string, context.namespace]
            await #expect(processExitsWith: .success) { [place = place as [String]] in
                let cluster = try TestCluster(directory: FilePath(place[0]))
                let connection = try await cluster.connect()
                let context = try await connection.ioContext(pool: "students", namespace: place[1])
                let value = [UInt8](repeating: 1, count: 10_000)
                try await context.write("o") { operation in
                    operation.setOmap(Dictionary(uniqueKeysWithValues: (0..<10).map { ("k\($0)", value) }))
                }
                func round(_ count: Int) async throws {
                    for _ in 0..<count {
                        // 100 kB in an iterator each: 200 MB if they stayed.
                        _ = try await context.omapPage(of: "o", limit: 100)
                        _ = try await context.omapValues(of: "o", keys: ["k1", "none"])
                        _ = try await errno { try await context.omapPage(of: "none", limit: 100) }
                        _ = try await errno { try await context.write("o") { $0.compareOmap(key: "k1", equals: [9]) } }
                        _ = try await errno { try await context.execute("o", class: "rbd", method: "get_id") }
                        let cancelled = Task { try await context.size(of: "o") }
                        cancelled.cancel()
                        _ = try await cancelled.value
                    }
                }
                try await round(300)
                let before = try ProcessCensus()
                try await round(2000)
                let after = try ProcessCensus()
                #expect(after.heap < before.heap + (4 << 20), "\(before) \(after)")
                #expect(
                    after.threads <= before.threads && after.descriptors == before.descriptors,
                    "\(before) \(after)"
                )
                await connection.close()
            }
        }
    }
}
