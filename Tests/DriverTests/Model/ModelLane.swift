// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import TestSupport
internal import Testing

/// One user of the driver among several: calls at random on names of its own, each compared with the model.
///
/// What is called follows from the seed alone; who is killed meanwhile, and what is asked twice, from a second row of
/// numbers, so that a retry more or less does not change the sequence.
struct ModelLane {
    let name: String
    let installation: Installation
    let pair: ControllerPair
    var chance: SeededGenerator
    var chaos: SeededGenerator
    var state = ModelState()
    /// Every id that was ever answered: none comes again.
    var ids: Set<String> = []

    init(_ number: UInt64, seed: UInt64, installation: Installation, pair: ControllerPair) {
        self.name = "l\(number)"
        self.installation = installation
        self.pair = pair
        self.chance = SeededGenerator(seed: seed &+ number &* 1_000_003)
        self.chaos = SeededGenerator(seed: ~seed &+ number)
    }

    /// Makes some calls, one after another.
    mutating func play(steps: Int) async throws {
        for _ in 0..<steps { try await self.step() }
    }

    private mutating func step() async throws {
        let volume = "\(self.name)-v\(Int.random(in: 0..<5, using: &self.chance))"
        let snapshot = "\(self.name)-s\(Int.random(in: 0..<4, using: &self.chance))"
        switch Int.random(in: 0..<20, using: &self.chance) {
        case 0..<6: try await self.create(volume)
        case 6..<9: try await self.delete(volume)
        case 9..<11: try await self.expand(volume)
        case 11..<14: try await self.snapshot(snapshot, of: volume)
        case 14..<16: try await self.deleteSnapshot(snapshot)
        case 16..<18: try await self.attach(volume)
        case 18: try await self.detach(volume)
        default: try await self.createOther(volume)
        }
    }

    // MARK: - Asking

    /// What a call came to in the end.
    enum Outcome<Answer: Sendable>: Sendable {
        case answered(Answer)
        case refused(RPCError)
    }

    /// Makes a call until it has an outcome, while controllers die; now and then on both controllers at once.
    mutating func ask<Answer: Sendable>(
        _ call: @escaping @Sendable (LockerProcess) async throws -> Answer
    ) async throws -> Outcome<Answer> {
        let end = ContinuousClock.now + .seconds(90)
        while true {
            let index = Int.random(in: 0..<2, using: &self.chaos)
            let delay = Int.random(in: 0..<8000, using: &self.chaos)
            let isDoubled = self.chaos.isOne(in: 12)
            let isKilled = self.chaos.isOne(in: 40)
            let (pair, process, other) = (self.pair, await self.pair.process(index), await self.pair.process(1 - index))
            async let killed: Void = {
                guard isKilled else { return }
                try await Task.sleep(for: .microseconds(delay))
                try await pair.kill(index)
            }()
            // Its answer does not matter: it is the same call, so it must not change what the first one comes to.
            async let doubled: Answer? = isDoubled ? try? await call(other) : nil
            var outcome: Outcome<Answer>?
            do {
                outcome = .answered(try await call(process))
            } catch let error as RPCError {
                if !Self.isPassing(error) { outcome = .refused(error) }
                guard ContinuousClock.now < end else { throw error }
            } catch is RuntimeError {
                // The client of a process that was killed: its successor has another.
            }
            try await killed
            _ = await doubled
            if let outcome { return outcome }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Whether trying again is what the answer asks for: somebody is at it, or a client that died is not forgotten yet.
    private static func isPassing(_ error: RPCError) -> Bool {
        [.aborted, .unavailable, .cancelled, .deadlineExceeded, .unknown].contains(error.code)
            || error.message.contains("a client that died is let go")
    }

    func expectRefused<Answer>(
        _ outcome: Outcome<Answer>,
        _ code: RPCError.Code,
        _ what: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        guard case .refused(let error) = outcome else {
            Issue.record("\(self.name): \(what) was answered, not refused with \(code)", sourceLocation: sourceLocation)
            return
        }
        #expect(error.code == code, "\(self.name): \(what): \(error)", sourceLocation: sourceLocation)
    }

    /// The answer of a call that had to be answered.
    func answer<Answer>(_ outcome: Outcome<Answer>, _ what: String) throws -> Answer {
        switch outcome {
        case .answered(let answer): return answer
        case .refused(let error): throw SetUpError("\(self.name): \(what): \(error)")
        }
    }
}
