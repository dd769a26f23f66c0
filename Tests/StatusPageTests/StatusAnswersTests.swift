// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

import Locker
import StatusPage
import Synchronization
import Testing

/// That the cluster is read once however many look, and that nobody waits for one that does not answer.
@Suite(.timeLimit(.minutes(1))) struct StatusAnswersTests {
    /// A reading that ends when the test says so.
    private final class Gate: Sendable {
        private let state = Mutex((count: 0, isOpen: true, fails: false))

        var count: Int { self.state.withLock { $0.count } }
        func set(isOpen: Bool, fails: Bool = false) { self.state.withLock { ($0.isOpen, $0.fails) = (isOpen, fails) } }

        func read(_ query: StatusQuery) async throws -> StatusSnapshot {
            let number = self.state.withLock {
                $0.count += 1
                return $0.count
            }
            while !self.state.withLock({ $0.isOpen }) { try await Task.sleep(for: .milliseconds(2)) }
            if self.state.withLock({ $0.fails }) { throw LockerError(.unavailable, "the cluster is on holiday") }
            return StatusSnapshot(erasureCount: number)
        }
    }

    private func answers(_ gate: Gate, freshness: Duration = .seconds(60), patience: Duration) -> StatusAnswers {
        StatusAnswers(freshness: freshness, patience: patience, clock: WallClock { 7 }) { try await gate.read($0) }
    }

    @Test func `many at once and soon after are one reading`() async {
        let gate = Gate()
        gate.set(isOpen: false)
        let answers = self.answers(gate, patience: .seconds(30))
        let all = await withTaskGroup(of: StatusAnswer.self) { group in
            for _ in 0..<50 { group.addTask { await answers.answer(StatusQuery()) } }
            gate.set(isOpen: true)
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(all.count == 50 && all.allSatisfy { $0.snapshot?.erasureCount == 1 && $0.trouble == nil })
        #expect(await answers.answer(StatusQuery()).readAt == 7)
        #expect(gate.count == 1)
        // Another question is another reading.
        #expect(await answers.answer(StatusQuery(course: "c")).snapshot?.erasureCount == 2)
        await answers.close()
    }

    @Test func `a cluster that is silent gives the last reading, and is not asked again meanwhile`() async {
        let gate = Gate()
        let answers = self.answers(gate, freshness: .milliseconds(200), patience: .milliseconds(50))
        while await answers.answer(StatusQuery()).trouble != nil {}
        gate.set(isOpen: false)
        var answer = await answers.answer(StatusQuery())
        while answer.trouble == nil { answer = await answers.answer(StatusQuery()) }
        let count = gate.count
        #expect(answer.trouble == .silent && answer.readAt == 7 && answer.snapshot != nil)
        for _ in 0..<3 {
            #expect(await answers.answer(StatusQuery()) == answer)
            #expect(await answers.answer(StatusQuery(course: "c")).snapshot == nil)
        }
        #expect(gate.count == count, "one reading hangs, and no other was begun")
        gate.set(isOpen: true)
        await answers.close()
    }

    @Test func `a failure keeps what was read before, tells why, and is not repeated at once`() async {
        let gate = Gate()
        let answers = self.answers(gate, freshness: .milliseconds(200), patience: .seconds(30))
        #expect(await answers.answer(StatusQuery()).trouble == nil)
        gate.set(isOpen: true, fails: true)
        var answer = await answers.answer(StatusQuery())
        while answer.trouble == nil { answer = await answers.answer(StatusQuery()) }
        #expect(answer.trouble == .failed("the cluster is on holiday"))
        #expect(answer.snapshot?.erasureCount == 1 && answer.readAt == 7)
        #expect(gate.count == 2)
        gate.set(isOpen: true)
        while await answers.answer(StatusQuery()).trouble != nil {}
        await answers.close()
        #expect(await answers.answer(StatusQuery(course: "closed")).trouble == .silent)
    }
}
