// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Dispatch
internal import Locker
internal import Synchronization

/// Something that happens from its beginning to its end between two steps of an operation.
///
/// While it happens it holds one of the threads that tasks run on, of which there are as many as processors: as many at
/// once would leave none for what they wait for. So there is one at a time, whatever suites run beside each other, and
/// the others wait for their turn without holding a thread.
final class Interjection: Sendable {
    private let result = Mutex<Result<Void, any Error>?>(nil)

    private struct Turns {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private static let turns = Mutex(Turns())

    private init() {}

    /// The only one there is until it and its hooks are let go.
    static func alone() async -> Interjection {
        await withCheckedContinuation { continuation in
            let isFree = self.turns.withLock { turns in
                if turns.isTaken { turns.waiting.append(continuation) }
                defer { turns.isTaken = true }
                return !turns.isTaken
            }
            if isFree { continuation.resume() }
        }
        return Interjection()
    }

    deinit {
        let next = Self.turns.withLock { turns in
            if turns.waiting.isEmpty { turns.isTaken = false }
            return turns.waiting.isEmpty ? nil : turns.waiting.removeFirst()
        }
        next?.resume()
    }

    /// A hook that does `body` when an operation reaches a step, the first time, and lets it go on afterwards.
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
