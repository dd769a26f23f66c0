// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Synchronization

/// One operation per volume at a time; a retry of the running one joins it and gets its result.
///
/// An operation runs in a task of its own, which this registry owns: a gRPC deadline ends the waiting, never the work,
/// so that the volume's state stays known and the retry finds the result or joins. Two different operations on one
/// volume never overlap: the second gets ABORTED with what runs and for how long.
package final class OperationRegistry: Sendable {
    /// An operation that runs now, for whoever asks what is going on.
    package struct Running: Sendable {
        /// The volume, in words for a message.
        package let label: String
        package let what: String
        package let started: ContinuousClock.Instant
    }

    private struct Entry {
        let running: Running
        let request: any Hashable & Sendable
        let task: Task<any Sendable, any Error>
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var isClosed = false
    }

    private enum Admission {
        case wait(Task<any Sendable, any Error>)
        case refuse(Running)
        case closed
    }

    private let state = Mutex(State())

    /// A registry without operations.
    package init() {}

    /// Runs an operation, or joins the same one.
    ///
    /// - Parameters:
    ///   - key: the volume.
    ///   - label: the volume in words for a message.
    ///   - what: the operation in words that go after "is busy with": "CreateVolume".
    ///   - request: what makes a second call the same operation.
    ///   - body: the work.
    /// - Throws: what `body` throws; ``LockerError`` with `aborted` when another operation runs on the volume, with
    ///   `unavailable` once the process is going down.
    package func run<Value: Sendable>(
        key: String,
        label: String,
        what: String,
        request: some Hashable & Sendable,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let admission = self.state.withLock { state -> Admission in
            if let entry = state.entries[key] {
                let isSame = entry.running.what == what && Self.areEqual(request, entry.request)
                return isSame ? .wait(entry.task) : .refuse(entry.running)
            }
            guard !state.isClosed else { return .closed }
            let task = Task<any Sendable, any Error> {
                defer { self.finish(key) }
                return try await body()
            }
            let running = Running(label: label, what: what, started: .now)
            state.entries[key] = Entry(running: running, request: request, task: task)
            return .wait(task)
        }
        switch admission {
        case .wait(let task):
            guard let value = try await task.value as? Value else {
                throw LockerError(.internal, "\(what) on \(label) gave a result of another kind")
            }
            return value
        case .refuse(let running):
            let age = running.started.duration(to: .now).components
            let tenths = age.seconds * 10 + age.attoseconds / 100_000_000_000_000_000
            throw LockerError(
                .aborted,
                "volume \(label) is busy with \(running.what) for \(tenths / 10).\(tenths % 10) s; try \(what) again later"
            )
        case .closed:
            throw LockerError(.unavailable, "Locker is shutting down; try \(what) again in a moment")
        }
    }

    private static func areEqual<Request: Hashable>(_ request: Request, _ other: any Hashable & Sendable) -> Bool {
        other as? Request == request
    }

    private func finish(_ key: String) {
        self.state.withLock { _ = $0.entries.removeValue(forKey: key) }
    }

    /// What runs now, oldest first.
    package var running: [Running] {
        self.state.withLock { $0.entries.values.map(\.running) }.sorted { $0.started < $1.started }
    }

    /// Takes no more operations and waits until those that run have ended.
    package func drain() async {
        let tasks = self.state.withLock { state in
            state.isClosed = true
            return state.entries.values.map(\.task)
        }
        for task in tasks { _ = await task.result }
    }
}
