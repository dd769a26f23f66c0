// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// An image that another one is a clone of, or that is a clone of another one.
package struct LinkedImage: Sendable, Hashable {
    /// The pool's id.
    package let poolID: Int64
    /// The pool's name.
    package let pool: String
    /// The RADOS namespace.
    package let namespace: String
    /// The image's id.
    package let id: String
    /// The image's name; of one in the trash, the name it had.
    package let name: String
    /// Whether it is in the trash.
    package let isInTrash: Bool
}
