// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A snapshot of an image.
package struct Snapshot: Sendable, Hashable {
    /// Who made a snapshot and for what.
    package enum Kind: Sendable, Hashable {
        /// Made by name.
        case user
        /// One image's part of a group's snapshot.
        case group
        /// Removed, but a clone still needs it.
        case trash
        /// Made by rbd-mirror.
        case mirror
        /// One that this librbd knows and we do not.
        case other
    }

    /// The id, which no other snapshot of the pool ever gets.
    package let id: UInt64
    /// The name.
    package let name: String
    /// The image's size at the time, in bytes.
    package let size: UInt64
    /// Who made it and for what.
    package let kind: Kind
    /// When it was made, in seconds since 1970.
    package let createdAt: Int64
}
