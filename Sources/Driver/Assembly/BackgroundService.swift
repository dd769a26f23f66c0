// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ServiceLifecycle

/// Work that goes on until the process is asked to end, and what is to be ended after it.
package struct BackgroundService: Service {
    private let work: @Sendable () async throws -> Void
    private let end: @Sendable () async -> Void

    /// A service of some work.
    ///
    /// - Parameters:
    ///   - work: goes on until its task is cancelled; nothing to do by default.
    ///   - end: what is done then.
    package init(
        _ work: @escaping @Sendable () async throws -> Void = {},
        end: @escaping @Sendable () async -> Void = {}
    ) {
        self.work = work
        self.end = end
    }

    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                try await self.work()
                // A service that returns would end the whole process.
                try await Task.sleep(for: .seconds(1 << 40))
            }
        } catch is CancellationError {
            // Asked to end.
        }
        await self.end()
    }
}
