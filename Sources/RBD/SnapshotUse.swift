// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What a snapshot is still needed for.
package struct SnapshotUse: Sendable, Hashable {
    /// Its id, which is unique in its pool.
    package let id: UInt64
    /// Whether it was removed by its name and is kept for clones alone.
    package let isInTrash: Bool
    /// How many clones (of format 2) it has.
    package let clones: UInt32

    /// Reads what the OSD's class "rbd" answers to `snapshot_get` (`cls::rbd::SnapshotInfo`); `nil` if it is cut short.
    init?(_ answer: inout WireReader) {
        guard var info = answer.structure(), let id = info.integer(UInt64.self),
            var namespace = info.structure(), let type = namespace.integer(UInt32.self),
            info.skip(),  // name
            info.integer(UInt64.self) != nil, info.integer(UInt64.self) != nil,  // size, time
            let clones = info.integer(UInt32.self)
        else { return nil }
        self.id = id
        self.isInTrash = type == 2  // SNAPSHOT_NAMESPACE_TYPE_TRASH
        self.clones = clones
    }
}
