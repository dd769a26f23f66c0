// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Synchronization

/// The end of a process, for whoever waits for it.
final class Exit: Sendable {
    private struct State {
        var status: Int32?
        var waiting: [CheckedContinuation<Int32, Never>] = []
    }

    private let state = Mutex(State())

    /// Watches a process that has not been started yet.
    init(of process: Process) {
        process.terminationHandler = { [self] process in
            let status = process.terminationStatus
            let waiting = self.state.withLock { state in
                state.status = status
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting { continuation.resume(returning: status) }
        }
    }

    /// The exit status, or the number of the signal that ended it; `nil` while it runs.
    var status: Int32? { self.state.withLock { $0.status } }

    /// Waits for the end.
    func wait() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status = self.state.withLock { state in
                if state.status == nil { state.waiting.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }
}
