// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials

/// The time of day, which records and receipts carry.
package struct WallClock: Sendable {
    private let read: @Sendable () -> Int64

    /// The machine's clock.
    package static let system = WallClock { Int64(Date().timeIntervalSince1970 * 1000) }

    /// A clock that reads as `read` says.
    package init(_ read: @escaping @Sendable () -> Int64) {
        self.read = read
    }

    /// Milliseconds since 1970.
    package var milliseconds: Int64 { self.read() }
}
