// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import NIOPosix
internal import Synchronization
internal import SystemPackage

/// Threads for calls that block: nearly all of librbd's and librados' management calls do.
///
/// A blocking call on Swift's cooperative pool would stop unrelated tasks, so each goes through here. The number of
/// threads bounds how many run at once; the rest wait in line. Work is never abandoned: a task that is cancelled while
/// its call waits or runs still gets the call's result, since a mutation whose result is thrown away is one whose
/// state nobody knows.
package final class BlockingPool: Sendable {
    private let threads: NIOThreadPool
    private let name: String
    private let pending = Atomic<Int>(0)

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - threads: how many calls may block at once.
    ///   - name: what errors call this pool.
    package init(threads: Int, name: String) {
        self.threads = NIOThreadPool(numberOfThreads: threads)
        self.name = name
        self.threads.start()
    }

    /// How many calls wait or run just now.
    package var load: Int {
        self.pending.load(ordering: .relaxed)
    }

    /// Runs `body` on one of the threads, to its end, whether or not the calling task is cancelled.
    ///
    /// - Throws: what `body` throws; a ``CephError`` with `ECANCELED` if the pool has been shut down.
    package func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        self.pending.add(1, ordering: .relaxed)
        defer { self.pending.subtract(1, ordering: .relaxed) }
        return try await withCheckedThrowingContinuation { continuation in
            self.threads.submit { state in
                switch state {
                case .active:
                    continuation.resume(with: Result { try body() })
                case .cancelled:
                    let error = CephError(call: "BlockingPool.run", code: .canceled, object: "\(self.name), shut down")
                    continuation.resume(throwing: error)
                }
            }
        }
    }

    /// Runs `body` on one of the threads without waiting for it: for `deinit`, where a handle has to be closed by a
    /// call that blocks.
    ///
    /// After ``shutdown()`` it runs at once on the calling thread, so that no handle is left open.
    package func enqueue(_ body: @escaping @Sendable () -> Void) {
        self.threads.submit { _ in body() }
    }

    /// Ends the threads when the work they have taken is done; work still waiting fails with `ECANCELED`.
    package func shutdown() async {
        do {
            try await self.threads.shutdownGracefully()
        } catch {
            // NIO's only error here is that the pool is shut down already, which is what was asked for.
        }
    }
}
