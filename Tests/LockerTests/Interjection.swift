// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Dispatch
internal import Locker
internal import Synchronization

/// Something that happens from its beginning to its end between two steps of an operation.
final class Interjection: Sendable {
    private let result = Mutex<Result<Void, any Error>?>(nil)

    /// A hook that does `body` when an operation reaches a step, the first time, and lets it go on afterwards.
    ///
    /// It holds one of the threads that tasks run on, so only one at a time may be in use: suites that have some are
    /// serialized.
    func hook(at step: String, _ body: @escaping @Sendable () async throws -> Void) -> StepHook {
        let isOver = Mutex(false)
        return StepHook { reached in
            let isFirst = isOver.withLock { over in
                if over || reached != step { return false }
                over = true
                return true
            }
            guard isFirst else { return }
            let done = DispatchSemaphore(value: 0)
            Task.detached {
                let result: Result<Void, any Error>
                do {
                    result = .success(try await body())
                } catch {
                    result = .failure(error)
                }
                self.result.withLock { $0 = result }
                done.signal()
            }
            done.wait()
        }
    }

    /// Whether it happened.
    var happened: Bool { self.result.withLock { $0 != nil } }

    /// What came of it: an error that it threw.
    var error: (any Error)? {
        self.result.withLock { result in
            if case .failure(let error) = result { error } else { nil }
        }
    }
}
