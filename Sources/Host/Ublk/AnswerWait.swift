// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Whether a thread that has handed writes over stays awake for the first answer, instead of sleeping at once.
///
/// librbd's cache answers a write within microseconds, from another thread: going to sleep and being woken costs more than
/// the write. Reads and flushes ask the cluster, and to stay awake for them would be a processor's time for nothing, as for
/// writes where the cache is full or none: after each wait in vain, twice as many as after the last are left out.
///
/// One thread's own.
struct AnswerWait {
    /// How often the processor is offered to others before the thread sleeps: some 30 µs where nobody takes it.
    static let patience = 100
    /// As many waits are left out at most, so that it is noticed when answers come fast again.
    static let mostLeftOut = 1023

    private var leftOut = 0
    private var toLeaveOut = 0

    /// Whether to stay awake this time; to be asked once before each sleep with a write under way.
    mutating func isDue() -> Bool {
        guard self.toLeaveOut == 0 else {
            self.toLeaveOut -= 1
            return false
        }
        return true
    }

    /// Learns from a wait: whether there was something to do before its end.
    mutating func ended(early: Bool) {
        self.leftOut = early ? 0 : min(2 * self.leftOut + 1, Self.mostLeftOut)
        self.toLeaveOut = self.leftOut
    }
}
