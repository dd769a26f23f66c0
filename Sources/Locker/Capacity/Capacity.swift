// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What new volumes can have, in bytes.
package struct Capacity: Sendable, Hashable {
    /// All of them together.
    package let available: Int64

    /// One of them; 0 where none fits.
    package let largest: Int64

    /// Nothing at all.
    package static let none = Capacity(available: 0, largest: 0)

    /// A capacity of a place.
    package init(available: Int64, largest: Int64) {
        self.available = available
        self.largest = largest
    }
}
