// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Locker

/// Reads the status when somebody looks, and keeps what was read for a few seconds.
///
/// However many look, the cluster is read once at a time, and nobody waits longer than the patience: who would gets the
/// last good reading, with a word that it is old. A reading goes on without those who waited for it, until Ceph's own
/// deadlines end it.
package actor StatusAnswers {
    private struct Kept {
        var snapshot: StatusSnapshot?
        var readAt: Int64?
        var trouble: StatusAnswer.Trouble?
        var tried: ContinuousClock.Instant
    }

    /// How long an answer is good for, also one that tells of a failure.
    package nonisolated let freshness: Duration

    private let patience: Duration
    private let clock: WallClock
    private let read: @Sendable (StatusQuery) async throws -> StatusSnapshot

    private var kept: [StatusQuery: Kept] = [:]
    private var running: Task<Void, Never>?
    private var waiting: [Int: CheckedContinuation<Bool, Never>] = [:]
    private var lastWaiter = 0
    private var isClosed = false

    /// How many queries' answers are kept.
    private static let most = 64

    /// Answers of a reading.
    ///
    /// - Parameters:
    ///   - freshness: how long an answer is good for.
    ///   - patience: how long one waits for a reading.
    ///   - clock: the time of day.
    ///   - read: reads the cluster.
    package init(
        freshness: Duration = .seconds(10),
        patience: Duration = .seconds(5),
        clock: WallClock = .system,
        read: @escaping @Sendable (StatusQuery) async throws -> StatusSnapshot
    ) {
        self.freshness = freshness
        self.patience = patience
        self.clock = clock
        self.read = read
    }

    /// What is known of a query, at most a few seconds old unless there is trouble.
    package func answer(_ query: StatusQuery) async -> StatusAnswer {
        let deadline = ContinuousClock.now + self.patience
        while !self.isClosed {
            if let kept = self.kept[query], kept.tried.duration(to: .now) < self.freshness {
                return StatusAnswer(snapshot: kept.snapshot, readAt: kept.readAt, trouble: kept.trouble)
            }
            if self.running == nil { self.start(query) }
            guard await self.waitForEnd(until: deadline) else { break }
        }
        let old = self.kept[query]
        return StatusAnswer(snapshot: old?.snapshot, readAt: old?.readAt, trouble: .silent)
    }

    /// Begins no reading any more, and waits for the end of the one that goes on.
    package func close() async {
        self.isClosed = true
        self.running?.cancel()
        await self.running?.value
    }

    private func start(_ query: StatusQuery) {
        let begun = self.clock.milliseconds
        self.running = Task {
            do {
                let snapshot = try await self.read(query)
                self.end(query, Kept(snapshot: snapshot, readAt: begun, trouble: nil, tried: .now))
            } catch {
                let words = (error as? LockerError)?.message ?? "\(error)"
                let old = self.kept[query]
                self.end(
                    query,
                    Kept(snapshot: old?.snapshot, readAt: old?.readAt, trouble: .failed(words), tried: .now)
                )
            }
        }
    }

    private func end(_ query: StatusQuery, _ result: Kept) {
        self.kept[query] = result
        while self.kept.count > Self.most, let oldest = self.kept.min(by: { $0.value.tried < $1.value.tried }) {
            self.kept[oldest.key] = nil
        }
        self.running = nil
        let waiting = self.waiting.values
        self.waiting = [:]
        for waiter in waiting { waiter.resume(returning: true) }
    }

    /// Waits for the reading that goes on.
    ///
    /// - Returns: whether it has ended before the deadline.
    private func waitForEnd(until deadline: ContinuousClock.Instant) async -> Bool {
        self.lastWaiter += 1
        let number = self.lastWaiter
        let timer = Task {
            try await Task.sleep(until: deadline, clock: .continuous)
            self.giveUp(number)
        }
        defer { timer.cancel() }
        return await withCheckedContinuation { self.waiting[number] = $0 }
    }

    private func giveUp(_ number: Int) {
        self.waiting.removeValue(forKey: number)?.resume(returning: false)
    }
}
