// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Synchronization

/// Keeps calls from meeting a handle that another thread closes: librbd frees it, and a late call would touch freed
/// memory.
///
/// A call goes through in two steps of an atomic counter, so requests in parallel do not wait for each other.
struct RequestGate: ~Copyable {
    /// Twice the calls inside, and one more once it is closed.
    private let state = Atomic<Int>(0)

    /// Goes in; `false`, and nothing to leave, once the gate is closed.
    func enter() -> Bool {
        guard self.state.add(2, ordering: .acquiring).oldValue & 1 == 0 else {
            self.state.subtract(2, ordering: .relaxed)
            return false
        }
        return true
    }

    /// Goes out.
    func leave() {
        self.state.subtract(2, ordering: .releasing)
    }

    /// Lets nobody in any more, and returns when all are out; only on a thread that may block.
    ///
    /// Submitting a request takes microseconds, while a call that waits for another client's lock takes longer: hence
    /// the pause. It is no lock, since those inside must not have to wait for one.
    func close() {
        self.state.bitwiseOr(1, ordering: .acquiringAndReleasing)
        var rounds = 0
        while self.state.load(ordering: .acquiring) != 1 {
            rounds += 1
            if rounds < 64 { sched_yield() } else { usleep(200) }
        }
    }
}
