// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Rados
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Threads for blocking calls: never more than asked for, and no call lost.
@Suite(.timeLimit(.minutes(1)))
struct BlockingPoolTests {
    /// Lets a blocked thread go on.
    private final class Gate: Sendable {
        private let isOpen = Atomic<Bool>(false)
        let arrived = Atomic<Int>(0)

        func open() { self.isOpen.store(true, ordering: .releasing) }

        /// Blocks the calling thread, which is one of the pool's, until the gate opens.
        func pass() {
            self.arrived.add(1, ordering: .acquiringAndReleasing)
            while !self.isOpen.load(ordering: .acquiring) { sched_yield() }
        }

        /// Waits until `count` threads are at the gate.
        func waitForArrivals(_ count: Int) async {
            while self.arrived.load(ordering: .acquiring) < count { await Task.yield() }
        }
    }

    /// How many calls run, and how many ever did at once.
    private final class Census: Sendable {
        private let counts = Mutex((now: 0, most: 0))

        var most: Int { self.counts.withLock { $0.most } }

        func enter() {
            self.counts.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
        }

        func leave() {
            self.counts.withLock { $0.now -= 1 }
        }
    }

    @Test("No more calls run at once than there are threads, and all run", arguments: [1, 3])
    func bounded(threads: Int) async throws {
        let pool = BlockingPool(threads: threads, name: "test")
        let census = Census()
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...200 {
                group.addTask {
                    try await pool.run {
                        census.enter()
                        defer { census.leave() }
                        return number
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 20_100)
        #expect((1...threads) ~= census.most)
        #expect(pool.load == 0)
        await pool.shutdown()
    }

    @Test("All threads can be blocked at once, and the load counts those that wait as well")
    func load() async throws {
        let pool = BlockingPool(threads: 2, name: "test")
        let gate = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<5 { group.addTask { try await pool.run { gate.pass() } } }
            await gate.waitForArrivals(2)
            while pool.load < 5 { await Task.yield() }
            #expect(gate.arrived.load(ordering: .acquiring) == 2)
            gate.open()
            try await group.waitForAll()
        }
        #expect(pool.load == 0)
        await pool.shutdown()
    }

    @Test("A cancelled task still gets the result of a call that waited in line: nobody loses what a mutation did")
    func cancellation() async throws {
        let pool = BlockingPool(threads: 1, name: "test")
        let gate = Gate()
        let first = Task { try await pool.run { gate.pass() } }
        await gate.waitForArrivals(1)
        let queued = Task { try await pool.run { 42 } }
        while pool.load < 2 { await Task.yield() }
        queued.cancel()
        first.cancel()
        gate.open()
        #expect(try await queued.value == 42)
        try await first.value
        await pool.shutdown()
    }

    @Test("Errors come through as they are")
    func errors() async throws {
        let pool = BlockingPool(threads: 1, name: "test")
        let error = CephError(call: "rbd_open", code: .fileExists, object: "x")
        await #expect(throws: error) { try await pool.run { throw error } }
        await pool.shutdown()
    }

    @Test("Shutting down ends what runs, and refuses what still waits rather than forgetting it")
    func shutdownWhileBusy() async throws {
        let pool = BlockingPool(threads: 1, name: "test")
        let gate = Gate()
        let running = Task { try await pool.run { gate.pass() } }
        await gate.waitForArrivals(1)
        let waiting = Task { try await pool.run { 42 } }
        while pool.load < 2 { await Task.yield() }
        let ending = Task { await pool.shutdown() }
        // The one in line is refused while the first still runs.
        try await expectErrno(.canceled) { try await waiting.value }
        gate.open()
        try await running.value
        await ending.value
        #expect(pool.load == 0)
    }

    @Test("After shutdown calls are refused, work for deinit still runs, and a second shutdown is harmless")
    func shutdown() async throws {
        let pool = BlockingPool(threads: 1, name: "test")
        await pool.shutdown()
        await pool.shutdown()
        try await expectErrno(.canceled) { try await pool.run { 1 } }
        let ran = Atomic<Bool>(false)
        pool.enqueue { ran.store(true, ordering: .relaxed) }
        let hasRun = ran.load(ordering: .relaxed)
        #expect(hasRun)
    }
}
