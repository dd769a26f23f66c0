// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// An image in the trash.
package struct TrashEntry: Sendable, Hashable {
    /// Who put an image there.
    package enum Source: Sendable, Hashable {
        /// A person or a driver.
        case user
        /// rbd-mirror.
        case mirroring
        /// A migration.
        case migration
        /// A removal that is going on.
        case removing
        /// The removal of a parent's last clone.
        case userParent
        /// One that this librbd knows and we do not.
        case other
    }

    /// The image's id, by which it is restored or removed.
    package let id: String
    /// The name it had.
    package let name: String
    /// Who put it there.
    package let source: Source
    /// When it was put there, in seconds since 1970.
    package let deletedAt: Int64
    /// Until when it may be removed only by force, in seconds since 1970.
    package let deferredUntil: Int64
}
