// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
package import Rados
internal import Synchronization
package import SystemPackage

/// Writes numbered lines into a file, each durable before the next, until it is stopped.
package final class SyncedWriter: Sendable {
    private struct State {
        var count = 0
        var isStopped = false
        var failure: Errno?
        var isDone = false
    }

    private let state = Mutex(State())

    /// Begins to write.
    package static func start(_ file: FilePath, threads: BlockingPool) async throws -> SyncedWriter {
        let writer = SyncedWriter()
        let descriptor = try await threads.run {
            try FileDescriptor.open(file, .writeOnly, options: [.create, .append], permissions: [.ownerReadWrite])
        }
        threads.enqueue { writer.run(descriptor) }
        return writer
    }

    private func run(_ file: FileDescriptor) {
        do {
            // Closed also when a write fails, so that the volume can be unmounted.
            try file.closeAfter {
                var number = 0
                while !self.state.withLock({ $0.isStopped }) {
                    try file.writeAll("\(number)\n".utf8)
                    guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
                    number += 1
                    self.state.withLock { [number] in $0.count = number }
                }
            }
        } catch {
            self.state.withLock { $0.failure = error as? Errno }
        }
        self.state.withLock { $0.isDone = true }
    }

    /// How many lines are durable.
    package var count: Int { self.state.withLock { $0.count } }

    /// Waits until there are more lines than that.
    package func waitForMore(than number: Int) async throws {
        while self.count <= number {
            try self.check()
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Ends it.
    ///
    /// - Returns: how many lines there are.
    package func stop() async throws -> Int {
        self.state.withLock { $0.isStopped = true }
        while !self.state.withLock({ $0.isDone }) { try await Task.sleep(for: .milliseconds(5)) }
        try self.check()
        return self.count
    }

    private func check() throws {
        if let failure = self.state.withLock({ $0.failure }) { throw SetUpError("a write failed: \(failure)") }
    }
}
