// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
internal import Rados
internal import SystemPackage

extension Image {
    /// The group that the image is in, by its pool's id and its name; `nil` if it is in none.
    package func group() throws -> (poolID: Int64, name: String)? {
        let size = MemoryLayout<rbd_group_info_t>.size
        var info = rbd_group_info_t()
        try check(rbd_get_group(self.raw, &info, size), "rbd_get_group", self.path)
        let found = info.name.map { (poolID: info.pool, name: String(cString: $0)) }
        try check(rbd_group_info_cleanup(&info, size), "rbd_group_info_cleanup", self.path)
        guard let found, found.poolID >= 0, !found.name.isEmpty else { return nil }
        return found
    }

    /// The image's part of a group's snapshot; `nil` if it has none.
    ///
    /// - Parameters:
    ///   - snapshot: the name of the group's snapshot.
    ///   - group: the name of the group, in any pool.
    package func part(ofGroupSnapshot snapshot: String, of group: String) throws -> Snapshot? {
        let size = MemoryLayout<rbd_snap_group_namespace_t>.size
        for candidate in try self.snapshots() where candidate.kind == .group {
            var space = rbd_snap_group_namespace_t()
            let result = rbd_snap_get_group_namespace(self.raw, candidate.id, &space, size)
            // Of a group that is gone: a leftover, not what is looked for.
            if result == -Errno.noSuchFileOrDirectory.rawValue { continue }
            let object = "\(self.path)@\(candidate.name)"
            try check(result, "rbd_snap_get_group_namespace", object)
            let isIt = String(cString: space.group_name) == group && String(cString: space.group_snap_name) == snapshot
            try check(rbd_snap_group_namespace_cleanup(&space, size), "rbd_snap_group_namespace_cleanup", object)
            if isIt { return candidate }
        }
        return nil
    }
}
