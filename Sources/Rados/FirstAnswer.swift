// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Synchronization

/// The first of several answers to one question; those that come later are dropped. Safe to use from any thread.
package final class FirstAnswer<Value: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Value?, Never>?>

    private init(_ continuation: CheckedContinuation<Value?, Never>) {
        self.continuation = Mutex(continuation)
    }

    /// Answers.
    package func give(_ value: Value?) {
        self.continuation.withLock { $0.take() }?.resume(returning: value)
    }

    /// Asks something that may hang, and waits no longer than patience lasts; what was asked goes on.
    ///
    /// - Parameter ask: starts what answers, and returns at once.
    /// - Returns: `nil` if there was no answer in time.
    package static func wait(
        for patience: Duration,
        _ ask: (FirstAnswer) -> Void
    ) async -> Value? {
        await withCheckedContinuation { continuation in
            let answer = FirstAnswer(continuation)
            ask(answer)
            // Owned by the continuation: it ends by itself after the patience.
            Task {
                try? await Task.sleep(for: patience)
                answer.give(nil)
            }
        }
    }
}
