// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto

/// A group's snapshot as its record describes it, with the handle that names it and its parts.
package struct GroupSnapshotDescription: Sendable, Hashable {
    package let handle: GroupSnapshotHandle
    package let record: GroupSnapshotRecord
    /// One for each volume.
    package let snapshots: [SnapshotDescription]
}
