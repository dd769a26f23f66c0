// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Logging
internal import Synchronization

/// What has happened, by name, for a test that waits for it.
final class EventLog: Sendable {
    private struct Waiter {
        let name: String
        let count: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var counts: [String: Int] = [:]
        var waiters: [Waiter] = []
    }

    private let state = Mutex(State())

    /// Notes one more of `name`.
    func note(_ name: String) {
        let ready = self.state.withLock { state in
            state.counts[name, default: 0] += 1
            let ready = state.waiters.filter { state.counts[$0.name, default: 0] >= $0.count }
            state.waiters.removeAll { state.counts[$0.name, default: 0] >= $0.count }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    /// How many of `name` there were.
    func count(of name: String) -> Int {
        self.state.withLock { $0.counts[name, default: 0] }
    }

    /// Waits until there were so many of `name`.
    func wait(for name: String, count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isThere = self.state.withLock { state in
                if state.counts[name, default: 0] >= count { return true }
                state.waiters.append(Waiter(name: name, count: count, continuation: continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// A logger whose messages are noted here.
    var logger: Logger {
        Logger(label: "test") { _ in Handler(events: self) }
    }

    private struct Handler: LogHandler {
        let events: EventLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            self.events.note(event.message.description)
        }
    }
}
