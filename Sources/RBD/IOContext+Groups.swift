// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
package import Rados

// Groups of images, which are snapshotted at one point in time.
extension IOContext {
    /// Makes a group.
    ///
    /// - Throws: ``CephError`` with `EEXIST` if the name is taken.
    package func createGroup(_ name: String) async throws {
        try await self.blocking {
            try check(rbd_group_create(self.raw, name), "rbd_group_create", self.path(name))
        }
    }

    /// Removes a group; its images stay.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is none, `EBUSY` or `ENOTEMPTY` if it has snapshots.
    package func removeGroup(_ name: String) async throws {
        try await self.blocking {
            try check(rbd_group_remove(self.raw, name), "rbd_group_remove", self.path(name))
        }
    }

    /// The names of the groups in this pool and namespace.
    package func groups() async throws -> [String] {
        try await self.blocking {
            let (text, length) = try withText(call: "rbd_group_list", object: self.path("")) {
                rbd_group_list(self.raw, $0, &$1)
            }
            return String.list(nulSeparated: text, length: length)
        }
    }

    /// Puts an image of this pool and namespace into a group; it can be in one only.
    ///
    /// - Throws: ``CephError`` with `EEXIST` if it is in one, `ENOENT` if there is no such image or group.
    package func addImage(_ image: String, toGroup group: String) async throws {
        try await self.blocking {
            try check(
                rbd_group_image_add(self.raw, group, self.raw, image),
                "rbd_group_image_add",
                "\(self.path(group)): \(image)"
            )
        }
    }

    /// Takes an image out of a group; one that is in no group is no error.
    ///
    /// - Throws: ``CephError`` with `EBADF` if it is in another group, `ENOENT` if there is no such image or group.
    package func removeImage(_ image: String, fromGroup group: String) async throws {
        try await self.blocking {
            try check(
                rbd_group_image_remove(self.raw, group, self.raw, image),
                "rbd_group_image_remove",
                "\(self.path(group)): \(image)"
            )
        }
    }

    /// The names of a group's images; none if there is no such group.
    package func images(inGroup group: String) async throws -> [String] {
        try await self.blocking {
            let type = rbd_group_image_info_t.self
            let size = MemoryLayout<rbd_group_image_info_t>.size
            return try withList(of: type, call: "rbd_group_image_list", object: self.path(group)) { buffer, count in
                rbd_group_image_list(self.raw, group, buffer, size, &count)
            } read: { images in
                let names = images.map { String(cString: $0.name) }
                try check(
                    rbd_group_image_list_cleanup(images.baseAddress, size, images.count),
                    "rbd_group_image_list_cleanup",
                    self.path(group)
                )
                return names
            }
        }
    }

    /// Snapshots all images of a group at one point in time.
    ///
    /// - Throws: ``CephError`` with `EEXIST` if the name is taken.
    package func createGroupSnapshot(_ name: String, of group: String) async throws {
        try await self.blocking {
            try check(
                rbd_group_snap_create(self.raw, group, name),
                "rbd_group_snap_create",
                "\(self.path(group))@\(name)"
            )
        }
    }

    /// Removes a group's snapshot and the images' parts of it.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is none.
    package func removeGroupSnapshot(_ name: String, of group: String) async throws {
        try await self.blocking {
            try check(
                rbd_group_snap_remove(self.raw, group, name),
                "rbd_group_snap_remove",
                "\(self.path(group))@\(name)"
            )
        }
    }

    /// A group's snapshots, and whether each has all its parts; none if there is no such group.
    package func groupSnapshots(of group: String) async throws -> [(name: String, isComplete: Bool)] {
        try await self.blocking {
            let type = rbd_group_snap_info_t.self
            let size = MemoryLayout<rbd_group_snap_info_t>.size
            return try withList(of: type, call: "rbd_group_snap_list", object: self.path(group)) { buffer, count in
                rbd_group_snap_list(self.raw, group, buffer, size, &count)
            } read: { snapshots in
                let list = snapshots.map {
                    (name: String(cString: $0.name), isComplete: $0.state == RBD_GROUP_SNAP_STATE_COMPLETE)
                }
                try check(
                    rbd_group_snap_list_cleanup(snapshots.baseAddress, size, snapshots.count),
                    "rbd_group_snap_list_cleanup",
                    self.path(group)
                )
                return list
            }
        }
    }

    /// Makes all images of a group what they were at a snapshot of it.
    package func rollBack(group: String, to snapshot: String) async throws {
        try await self.blocking {
            try check(
                rbd_group_snap_rollback(self.raw, group, snapshot),
                "rbd_group_snap_rollback",
                "\(self.path(group))@\(snapshot)"
            )
        }
    }
}
