// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Locker

/// What is known of a query: the last good reading, and whether another one could be made.
package struct StatusAnswer: Sendable, Hashable {
    /// Why there is no newer reading.
    package enum Trouble: Sendable, Hashable {
        /// Nothing came back in time.
        case silent
        /// It failed, with these words.
        case failed(String)
    }

    /// The last good reading; `nil` if there was none yet.
    package let snapshot: StatusSnapshot?
    /// When it was begun, in milliseconds since 1970.
    package let readAt: Int64?
    /// Set if the reading is older than it should be.
    package let trouble: Trouble?

    /// An answer.
    package init(snapshot: StatusSnapshot?, readAt: Int64?, trouble: Trouble?) {
        self.snapshot = snapshot
        self.readAt = readAt
        self.trouble = trouble
    }
}
