// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD

/// What a diff compares with.
package enum DiffBase: Sendable, Hashable {
    /// Nothing at all: everything that is allocated differs.
    case nothing
    /// A snapshot that was made by name.
    case snapshot(String)
    /// A snapshot of any kind, by its id. librbd names those of groups so only, and only where
    /// ``LibraryFeatures/hasDiffByID`` says so.
    case snapshotID(UInt64)
}

extension LibraryFeatures {
    /// Whether a diff can begin at a snapshot that librbd has no name for (`rbd_diff_iterate3`, Ceph 19.2.3 and 20).
    package static var hasDiffByID: Bool {
        locker_rbd_diff_iterate3() != nil
    }
}
