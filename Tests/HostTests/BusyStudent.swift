// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import Testing

/// A program that saves its work all the time: writes a page after another, each made durable, on a thread of its own.
final class BusyStudent: Sendable {
    private struct State {
        var written: [UInt8] = []
        var failure: Errno?
        var longest = Duration.zero
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let stopping = Atomic(false)

    /// Starts to write 256 pages of a file or device over and over.
    init(_ path: FilePath) {
        let thread = Thread {
            do {
                try self.work(path)
            } catch {
                self.state.withLock { $0.failure = error as? Errno ?? Errno(rawValue: EIO) }
            }
            self.state.withLock { $0.hasEnded = true }
        }
        thread.start()
    }

    /// How many pages were written and made durable.
    var pages: Int { self.state.withLock { $0.written.count } }
    /// Why it had to give up.
    var failure: Errno? { self.state.withLock { $0.failure } }
    /// The longest that a page took.
    var longest: Duration { self.state.withLock { $0.longest } }

    /// Whether it writes no more.
    var hasEnded: Bool { self.state.withLock { $0.hasEnded } }

    /// Lets it end.
    ///
    /// - Returns: the byte that each of the pages is full of.
    func stop() async throws -> [UInt8] {
        self.stopping.store(true, ordering: .releasing)
        try await eventually("the writer ends") { self.state.withLock { $0.hasEnded } }
        return self.state.withLock { state in
            var content = [UInt8](repeating: 0, count: 256)
            for (index, byte) in state.written.enumerated() { content[index % 256] = byte }
            return content
        }
    }

    private func work(_ path: FilePath) throws {
        let file = try FileDescriptor.open(path, .readWrite, options: .create, permissions: .ownerReadWrite)
        defer { try? file.close() }
        let clock = ContinuousClock()
        for page in 0... {
            guard !self.stopping.load(ordering: .acquiring) else { return }
            let byte = UInt8.random(in: .min ... .max)
            let start = clock.now
            try file.writeAll(toAbsoluteOffset: Int64(page % 256) * 4096, [UInt8](repeating: byte, count: 4096))
            guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            let time = clock.now - start
            self.state.withLock { state in
                state.written.append(byte)
                state.longest = max(state.longest, time)
            }
        }
    }
}
