// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Rados
internal import Synchronization
internal import SystemPackage

/// Looks at mounted filesystems and devices on threads of its own, since a look may hang for as long as the cluster is
/// silent.
///
/// One look per thing at a time: whoever asks while one hangs is told so at once and costs no further thread.
package final class StatisticsGuard: Sendable {
    /// For looks at filesystems, each of which may hang.
    private let threads = BlockingPool(threads: 32, name: "statistics")
    /// For files of this process and of /proc, which do not.
    private let files = BlockingPool(threads: 2, name: "statistics' files")
    private let looking = Mutex<Set<String>>([])

    /// What a look came to.
    enum Outcome: Sendable {
        case usage(FilesystemUsage)
        case failed(HostError)
        /// The filesystem does not answer.
        case silent
    }

    /// How long a look may take before what is looked at counts as silent: a filesystem, and a device, about which the
    /// data process is asked for 10 s.
    private static let patience: (filesystem: Duration, device: Duration) = (.seconds(3), .seconds(12))

    /// A filesystem's usage.
    func usage(of path: FilePath, below root: TrustedRoot) async -> Outcome {
        let outcome: Outcome? = await self.look("filesystem \(path)", for: Self.patience.filesystem) { done in
            self.threads.enqueue {
                do throws(HostError) {
                    done(.usage(try FilesystemUsage(of: path, below: root)))
                } catch {
                    done(.failed(error))
                }
            }
        }
        return outcome ?? .silent
    }

    /// What a mapper says of a volume's device; `nil` if it does not answer.
    func device<Value: Sendable>(
        of volumeID: String,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        let outcome: Result<Value, any Error>? = await self.look("device \(volumeID)", for: Self.patience.device) {
            done in
            // Ends with the call, which the mapper bounds or the kernel does.
            Task {
                do {
                    done(.success(try await body()))
                } catch {
                    done(.failure(error))
                }
            }
        }
        return try outcome?.get()
    }

    /// Reads files that wait for nothing, while all other threads of the process may be waiting for a cluster.
    func read<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await self.files.run(body)
    }

    /// Starts something that calls back once, and waits for that as long as patience allows.
    private func look<Value: Sendable>(
        _ what: String,
        for patience: Duration,
        _ start: @Sendable (@escaping @Sendable (Value) -> Void) -> Void
    ) async -> Value? {
        guard self.looking.withLock({ $0.insert(what).inserted }) else { return nil }
        return await FirstAnswer.wait(for: patience) { answer in
            start { value in
                _ = self.looking.withLock { $0.remove(what) }
                answer.give(value)
            }
        }
    }
}
