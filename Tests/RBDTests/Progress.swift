// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Synchronization

/// What a call said of its progress.
final class Progress: Sendable {
    private let reports = Mutex<[(done: UInt64, total: UInt64)]>([])

    /// Takes a report.
    func note(_ done: UInt64, _ total: UInt64) {
        self.reports.withLock { $0.append((done, total)) }
    }

    /// The last report.
    var last: (done: UInt64, total: UInt64)? {
        self.reports.withLock { $0.last }
    }
}
