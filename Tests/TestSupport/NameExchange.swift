// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSpawn
internal import Glibc
package import Rados
internal import Synchronization
package import SystemPackage

/// Lets two names change places again and again, on a thread of a pool: what an attacker does who hopes that a program
/// looks at one and acts on the other.
package final class NameExchange: Sendable {
    private struct State {
        var count = 0
        var isStopped = false
        var isDone = false
    }

    private let state = Mutex(State())

    /// Begins.
    package static func start(_ one: FilePath, _ other: FilePath, threads: BlockingPool) -> NameExchange {
        let exchange = NameExchange()
        threads.enqueue {
            while !exchange.state.withLock({ $0.isStopped }) {
                // Fails for a moment where somebody has just made or removed one of them.
                if locker_exchange(one.string, other.string) == 0 { exchange.state.withLock { $0.count += 1 } }
            }
            exchange.state.withLock { $0.isDone = true }
        }
        return exchange
    }

    /// Ends it.
    ///
    /// - Returns: how often they changed places.
    package func stop() async throws -> Int {
        self.state.withLock { $0.isStopped = true }
        while !self.state.withLock({ $0.isDone }) { try await Task.sleep(for: .milliseconds(1)) }
        return self.state.withLock { $0.count }
    }
}
