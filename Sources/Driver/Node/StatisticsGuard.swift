// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Rados
internal import Synchronization
internal import SystemPackage

/// Looks at mounted filesystems on threads of its own, since a look may hang for as long as the cluster is silent.
///
/// One look per path at a time: whoever asks while one hangs is told so at once and costs no further thread.
package final class StatisticsGuard: Sendable {
    private let threads = BlockingPool(threads: 8, name: "statistics")
    private let looking = Mutex<Set<FilePath>>([])

    /// What a look came to.
    enum Outcome: Sendable {
        case usage(FilesystemUsage)
        case failed(HostError)
        /// The filesystem does not answer.
        case silent
    }

    /// How long a look may take before the filesystem counts as silent.
    private static let patience: Duration = .seconds(3)

    /// A filesystem's usage.
    func usage(of path: FilePath) async -> Outcome {
        guard self.looking.withLock({ $0.insert(path).inserted }) else { return .silent }
        return await withCheckedContinuation { continuation in
            let once = Once(continuation)
            self.threads.enqueue {
                let outcome: Outcome
                do throws(HostError) {
                    outcome = .usage(try FilesystemUsage(of: path))
                } catch {
                    outcome = .failed(error)
                }
                _ = self.looking.withLock { $0.remove(path) }
                once.resume(outcome)
            }
            // Owned by the continuation: it ends by itself after the patience.
            Task {
                try? await Task.sleep(for: Self.patience)
                once.resume(.silent)
            }
        }
    }

    /// A continuation that several may resume: the first counts.
    private final class Once: Sendable {
        private let continuation: Mutex<CheckedContinuation<Outcome, Never>?>

        init(_ continuation: CheckedContinuation<Outcome, Never>) {
            self.continuation = Mutex(continuation)
        }

        func resume(_ outcome: Outcome) {
            self.continuation.withLock { $0.take() }?.resume(returning: outcome)
        }
    }
}
