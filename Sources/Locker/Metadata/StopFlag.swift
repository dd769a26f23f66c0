// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Synchronization

/// Tells work on a blocking thread that nobody waits for it any more.
package final class StopFlag: Sendable {
    private let flag = Atomic<Bool>(false)

    /// A flag that is not set.
    package init() {}

    /// Whether to stop.
    package var isSet: Bool { self.flag.load(ordering: .relaxed) }

    /// Stops the work at its next look.
    package func set() { self.flag.store(true, ordering: .relaxed) }
}
