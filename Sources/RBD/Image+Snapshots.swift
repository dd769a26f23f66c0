// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
internal import Rados
internal import SystemPackage

extension Image {
    /// All snapshots, those of groups and of the trash included, oldest first.
    package func snapshots() throws -> [Snapshot] {
        try withList(of: rbd_snap_info_t.self, count: CInt(32), call: "rbd_snap_list", object: self.path) {
            rbd_snap_list(self.raw, $0, &$1)
        } read: { found in
            defer { rbd_snap_list_end(found.baseAddress) }
            // With no snapshot at all librbd leaves the length as it was; entries without a name are none.
            return try found.filter { $0.name != nil }.map { info in
                var created = timespec()
                try check(
                    rbd_snap_get_timestamp(self.raw, info.id, &created),
                    "rbd_snap_get_timestamp",
                    "\(self.path)@\(info.id)"
                )
                return Snapshot(
                    id: info.id,
                    name: String(cString: info.name),
                    size: info.size,
                    kind: try self.kind(ofSnapshot: info.id),
                    createdAt: Int64(created.tv_sec)
                )
            }
        }
    }

    private func kind(ofSnapshot id: UInt64) throws -> Snapshot.Kind {
        var type = RBD_SNAP_NAMESPACE_TYPE_USER
        try check(
            rbd_snap_get_namespace_type(self.raw, id, &type),
            "rbd_snap_get_namespace_type",
            "\(self.path)@\(id)"
        )
        return switch type {
        case RBD_SNAP_NAMESPACE_TYPE_USER: .user
        case RBD_SNAP_NAMESPACE_TYPE_GROUP: .group
        case RBD_SNAP_NAMESPACE_TYPE_TRASH: .trash
        case RBD_SNAP_NAMESPACE_TYPE_MIRROR: .mirror
        default: .other
        }
    }

    /// Makes a snapshot; a client that writes is told first, so what it has completed is in it.
    ///
    /// - Throws: ``CephError`` with `EEXIST` if the name is taken.
    package func createSnapshot(_ name: String) throws {
        try check(rbd_snap_create(self.raw, name), "rbd_snap_create", "\(self.path)@\(name)")
    }

    /// Gives a snapshot another name.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is none, `EEXIST` if the new name is taken.
    package func renameSnapshot(_ name: String, to other: String) throws {
        try check(rbd_snap_rename(self.raw, name, other), "rbd_snap_rename", "\(self.path)@\(name)")
    }

    /// Removes a snapshot; one that clones (of format 2) still need moves to the image's trash until they are gone.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is none, `EBUSY` if it is protected.
    package func removeSnapshot(_ name: String) throws {
        try check(rbd_snap_remove(self.raw, name), "rbd_snap_remove", "\(self.path)@\(name)")
    }

    /// Removes a snapshot, and those of the name that a killed client has removed by half.
    ///
    /// librbd moves a snapshot to the image's trash first and removes it then. Killed in between it leaves a snapshot that
    /// has its name no more, and keeps its data for ever.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is none of either kind, `EBUSY` if it is protected.
    package func removeWholeSnapshot(_ name: String) throws {
        // Looked for beforehand, since one that clones need is in the trash afterwards, and rightly.
        let halves = try self.snapshots().filter {
            try $0.kind == .trash && self.originalName(ofTrashSnapshot: $0.id) == name
        }
        do {
            try self.removeSnapshot(name)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory && !halves.isEmpty {
            // The half is all that there is.
        }
        for half in halves {
            do {
                try self.removeSnapshot(id: half.id)
            } catch let error as CephError where [.noSuchFileOrDirectory, .resourceBusy].contains(error.code) {
                // Gone with its last clone just now, or waiting for that.
            }
        }
    }

    private func originalName(ofTrashSnapshot id: UInt64) throws -> String {
        var name = [CChar](repeating: 0, count: 4096)
        try check(
            rbd_snap_get_trash_namespace(self.raw, id, &name, name.count),
            "rbd_snap_get_trash_namespace",
            "\(self.path)@\(id)"
        )
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes a snapshot of any kind.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is none, `EBUSY` if it is in the image's trash and has clones.
    package func removeSnapshot(id: UInt64) throws {
        try check(rbd_snap_remove_by_id(self.raw, id), "rbd_snap_remove_by_id", "\(self.path)@\(id)")
    }

    /// Keeps a snapshot from being removed, as clones of format 1 need it.
    ///
    /// - Throws: ``CephError`` with `EBUSY` if it is protected already.
    package func protectSnapshot(_ name: String) throws {
        try check(rbd_snap_protect(self.raw, name), "rbd_snap_protect", "\(self.path)@\(name)")
    }

    /// Lets a snapshot be removed again.
    ///
    /// - Throws: ``CephError`` with `EBUSY` while clones of format 1 need it, `EINVAL` if it is not protected.
    package func unprotectSnapshot(_ name: String) throws {
        try check(rbd_snap_unprotect(self.raw, name), "rbd_snap_unprotect", "\(self.path)@\(name)")
    }

    /// Whether a snapshot is protected.
    package func isSnapshotProtected(_ name: String) throws -> Bool {
        var isProtected: CInt = 0
        try check(
            rbd_snap_is_protected(self.raw, name, &isProtected),
            "rbd_snap_is_protected",
            "\(self.path)@\(name)"
        )
        return isProtected != 0
    }

    /// Makes the image what it was at a snapshot.
    ///
    /// - Throws: ``CephError`` with `EROFS` if another client keeps the lock.
    package func rollBack(to name: String) throws {
        try check(rbd_snap_rollback(self.raw, name), "rbd_snap_rollback", "\(self.path)@\(name)")
    }
}
