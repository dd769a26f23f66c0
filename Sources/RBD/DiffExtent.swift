// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A run of bytes that differs from a snapshot, or from nothing.
package struct DiffExtent: Sendable, Hashable {
    /// Where it begins, in bytes.
    package let offset: UInt64
    /// How long it is, in bytes.
    package let length: UInt64
    /// Whether there is data now; otherwise it was given back.
    package let exists: Bool
}
