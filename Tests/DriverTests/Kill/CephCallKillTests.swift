// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Testing

/// The controller killed at every single call to Ceph that an RPC makes, before it and in the middle of it: the retry
/// finishes the RPC, and the pool then holds exactly what it holds when nothing went wrong.
@Suite(.timeLimit(.minutes(10)))
struct CephCallKillTests {
    @Test("Killed before each of its calls to Ceph, it is finished by the retry", arguments: CallStory.all)
    func before(story: CallStory) async throws {
        try await Self.play(story) { 0 }
    }

    @Test("Killed while a call to Ceph is under way, it is finished by the retry", arguments: CallStory.all)
    func during(story: CallStory) async throws {
        try await Self.play(story) { Int64.random(in: 1...3000) }
    }

    /// One call of librbd is several to the cluster: what it leaves half done is no image, or one half removed.
    @Test("Killed at many moments of a call of librbd's, it is finished by the retry", arguments: CallStory.compound)
    func within(story: CallStory, function: String, times: Int64) async throws {
        try await Installation.alone { installation in
            let stage = try await Stage(story, in: installation)
            for delay in stride(from: 6000 / times, through: 6000, by: Int64.Stride(6000 / times)) {
                _ = try await stage.kill(at: 1, delay: delay, only: function)
            }
            try await stage.end()
        }
    }

    /// Plays a story until there is no call of that number.
    static func play(_ story: CallStory, delay: () -> Int64) async throws {
        try await Installation.alone { installation in
            let stage = try await Stage(story, in: installation)
            var number: Int64 = 1
            while try await stage.kill(at: number, delay: delay()) { number += 1 }
            try await stage.end()
            print("calls: \(story.testDescription): \(stage.calls.count): \(stage.calls.joined(separator: " "))")
            // To find the record and to change it: less cannot be.
            #expect(number > 2, "only \(number) calls were seen")
        }
    }
}
