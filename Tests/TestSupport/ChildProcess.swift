// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSpawn
internal import Glibc
internal import Synchronization
package import SystemPackage

/// A program that a test starts, signals and waits for.
///
/// Not Foundation's `Process`: that one learns of the end by a socket of which every process started meanwhile keeps a
/// copy, so a test could wait for a daemon of another test. Here a thread waits for the process itself, and nothing but
/// the three standard descriptors is inherited. Safe to use from any task or thread.
package final class ChildProcess: Sendable {
    /// Its number; another process may have it once this one has ended, so ``send(_:)`` is the way to signal it.
    package let id: Int32

    private let end: End

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - executable: its path; `PATH` is not searched.
    ///   - arguments: without the program's own name.
    ///   - environment: added to this process' own.
    ///   - input: its standard input; nothing to read if `nil`.
    ///   - output: its standard output; this process' own if `nil`.
    ///   - error: its standard error; this process' own if `nil`.
    /// - Throws: ``SetUpError`` if it cannot be started.
    package init(
        _ executable: FilePath,
        _ arguments: [String],
        environment: [String: String] = [:],
        input: FileDescriptor? = nil,
        output: FileDescriptor? = nil,
        error: FileDescriptor? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input.rawValue, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        if let output { posix_spawn_file_actions_adddup2(&actions, output.rawValue, 1) }
        if let error { posix_spawn_file_actions_adddup2(&actions, error.rawValue, 2) }
        locker_spawn_close_from(&actions, 3)

        // What this process ignores or blocks is not the program's: a writer that nobody reads has to end.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var id: pid_t = 0
        let code = withCStrings([executable.string] + arguments) { arguments in
            withCStrings(Self.environment(with: environment)) { environment in
                posix_spawn(&id, executable.string, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else { throw SetUpError("\(executable) cannot be started: \(Errno(rawValue: code))") }
        self.id = id
        self.end = End(of: id)
    }

    /// The exit status, or 128 and the number of the signal that ended it, as shells say it; `nil` while it runs.
    package var status: Int32? { self.end.status }

    /// Waits until it has ended.
    ///
    /// - Returns: ``status``.
    @discardableResult
    package func wait() async -> Int32 { await self.end.wait() }

    /// Sends a signal, unless it has ended.
    package func send(_ signal: Int32) { self.end.send(signal) }

    private static func environment(with added: [String: String]) -> [String] {
        var values = added
        var entry = environ
        while let pointer = entry.pointee {
            let words = String(cString: pointer).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if words.count == 2, values[String(words[0])] == nil { values[String(words[0])] = String(words[1]) }
            entry += 1
        }
        return values.map { "\($0)=\($1)" }
    }
}

/// Lends strings as C's arrays of strings are: ended by a null pointer.
private func withCStrings<T>(
    _ strings: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> T
) -> T {
    let copies: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    return copies.withUnsafeBufferPointer { body($0.baseAddress!) }
}

/// The end of a process, for whoever waits for it.
private final class End: Sendable {
    private struct State {
        var status: Int32?
        var waiting: [CheckedContinuation<Int32, Never>] = []
    }

    private let id: pid_t
    private let state = Mutex(State())

    init(of id: pid_t) {
        self.id = id
        let context = Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { Unmanaged<End>.fromOpaque($0!).takeRetainedValue().follow() },
            context
        )
        precondition(code == 0, "no thread can be made")
        pthread_detach(thread)
    }

    var status: Int32? { self.state.withLock { $0.status } }

    func wait() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status = self.state.withLock { state in
                if state.status == nil { state.waiting.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    // Under the lock: until it is let go the number is not free for another process.
    func send(_ signal: Int32) {
        self.state.withLock { if $0.status == nil { _ = kill(self.id, signal) } }
    }

    private func follow() -> UnsafeMutableRawPointer? {
        // Waits without reaping, which then happens under the lock: see `send`.
        var info = siginfo_t()
        while waitid(P_PID, id_t(self.id), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let (status, waiting) = self.state.withLock { state in
            var word: Int32 = 0
            while waitpid(self.id, &word, 0) < 0, errno == EINTR {}
            let signal = word & 0x7f
            let status = signal == 0 ? word >> 8 & 0xff : 128 + signal
            state.status = status
            defer { state.waiting = [] }
            return (status, state.waiting)
        }
        for continuation in waiting { continuation.resume(returning: status) }
        return nil
    }
}
