// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Testing

/// The controller killed at every call to Ceph of a creation that is measured against a quota: what fits is made by the
/// retry, and of what does not fit nothing is left.
@Suite(.timeLimit(.minutes(10)))
struct QuotaCallKillTests {
    @Test("Killed before each of its calls to Ceph, the retry comes to the same", arguments: CallStory.quota)
    func before(story: CallStory) async throws {
        try await CephCallKillTests.play(story) { 0 }
    }

    @Test("Killed while a call to Ceph is under way, the retry comes to the same", arguments: CallStory.quota)
    func during(story: CallStory) async throws {
        try await CephCallKillTests.play(story) { Int64.random(in: 1...3000) }
    }
}
