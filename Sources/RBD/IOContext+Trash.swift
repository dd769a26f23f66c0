// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
package import Rados
internal import SystemPackage

extension IOContext {
    /// Makes the object that lists the trash, so that there is one when the pool is full.
    ///
    /// An image goes to the trash by an entry in it, which needs no space, while the object itself does.
    package func prepareTrash() async throws {
        try await self.write("rbd_trash") { $0.create(exclusive: false) }
    }

    /// Moves an image to the trash: its name is free at once, its data stays until ``removeFromTrash(id:force:progress:)``.
    ///
    /// Repeated, it ends a move that was cut short, which librbd finds by the image's name, and which the image cannot be
    /// removed before (`EUCLEAN`).
    ///
    /// - Parameters:
    ///   - name: the image's name.
    ///   - delay: for how long it may be removed only by force.
    /// - Throws: ``CephError`` with `ENOENT` if there is none, `EBUSY` if another client holds its lock, `ENOSPC` if the
    ///   pool is full and ``prepareTrash()`` was never called.
    package func moveImageToTrash(_ name: String, delay: Duration = .zero) async throws {
        // librbd would answer ENOENT where the pool is full and this is the first image to go to the trash, which reads
        // as if there were no such image.
        try await self.prepareTrash()
        try await self.blocking {
            let seconds = UInt64(clamping: delay.components.seconds)
            try check(rbd_trash_move(self.raw, name, seconds), "rbd_trash_move", self.path(name))
        }
    }

    /// What is in the trash of this pool and namespace.
    package func trash() async throws -> [TrashEntry] {
        try await self.blocking {
            let type = rbd_trash_image_info_t.self
            return try withList(of: type, call: "rbd_trash_list", object: self.path("")) { buffer, count in
                rbd_trash_list(self.raw, buffer, &count)
            } read: { entries in
                let list = entries.map(TrashEntry.init)
                rbd_trash_list_cleanup(entries.baseAddress, entries.count)
                return list
            }
        }
    }

    /// The trash's entry for the image with the id `id`, or `nil` if it is not there.
    package func trashEntry(id: String) async throws -> TrashEntry? {
        try await self.blocking {
            var info = rbd_trash_image_info_t()
            let result = rbd_trash_get(self.raw, id, &info)
            if result == -Errno.noSuchFileOrDirectory.rawValue { return nil }
            try check(result, "rbd_trash_get", self.path("id:\(id)"))
            defer { rbd_trash_get_cleanup(&info) }
            return TrashEntry(info)
        }
    }

    /// Takes an image out of the trash.
    ///
    /// - Parameters:
    ///   - id: the image's id.
    ///   - name: the name it gets.
    /// - Throws: ``CephError`` with `ENOENT` if it is not there, `EEXIST` if the name is taken.
    package func restoreFromTrash(id: String, name: String) async throws {
        try await self.blocking {
            try check(rbd_trash_restore(self.raw, id, name), "rbd_trash_restore", self.path("id:\(id)"))
        }
    }

    /// Removes an image of the trash and its data, which takes as long as the image has objects; it can be repeated
    /// after it was interrupted at any point.
    ///
    /// - Parameters:
    ///   - id: the image's id.
    ///   - force: whether to remove it before its delay has passed.
    ///   - progress: told what is done and what there is, in objects; called on the removing thread.
    /// - Throws: ``CephError`` with `ENOENT` if it is not there, `EPERM` if its delay has not passed, `EBUSY` if a
    ///   client has it open, `ENOTEMPTY` if it has snapshots.
    package func removeFromTrash(
        id: String,
        force: Bool,
        progress: (@Sendable (UInt64, UInt64) -> Void)? = nil
    ) async throws {
        try await self.blocking {
            let result = withProgress(progress) { callback, context in
                rbd_trash_remove_with_progress(self.raw, id, force, callback, context)
            }
            try check(result, "rbd_trash_remove_with_progress", self.path("id:\(id)"))
        }
    }
}

extension TrashEntry {
    /// Copies what librbd filled.
    fileprivate init(_ info: rbd_trash_image_info_t) {
        self.id = String(cString: info.id)
        self.name = String(cString: info.name)
        self.deletedAt = Int64(info.deletion_time)
        self.deferredUntil = Int64(info.deferment_end_time)
        self.source =
            switch info.source {
            case RBD_TRASH_IMAGE_SOURCE_USER: .user
            case RBD_TRASH_IMAGE_SOURCE_MIRRORING: .mirroring
            case RBD_TRASH_IMAGE_SOURCE_MIGRATION: .migration
            case RBD_TRASH_IMAGE_SOURCE_REMOVING: .removing
            case RBD_TRASH_IMAGE_SOURCE_USER_PARENT: .userParent
            default: .other
            }
    }
}
