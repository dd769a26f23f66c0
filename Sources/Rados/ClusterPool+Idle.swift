// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Synchronization

extension ClusterPool {
    /// Closes the connections that nobody has used for the idle time.
    package func closeIdle() async {
        let now = ContinuousClock.now
        let idle = self.take { entry in
            entry.users == 0 && entry.idleSince.duration(to: now) >= self.idleTime
        }
        for cluster in idle { await cluster.close() }
    }

    /// Closes idle connections from time to time until the task is cancelled.
    package func run() async {
        let interval = max(self.idleTime / 4, .seconds(1))
        do {
            while true {
                try await Task.sleep(for: interval)
                await self.closeIdle()
            }
        } catch {
            // Only cancellation ends a sleep: the service is shutting down.
        }
    }

    /// Gives no more connections, and closes those there are; one that is still used ends with its last user.
    package func close() async {
        self.state.withLock { $0.isClosed = true }
        for cluster in self.take({ _ in true }) { await cluster.close() }
    }
}
