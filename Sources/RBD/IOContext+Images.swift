// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
package import Rados
internal import SystemPackage

extension IOContext {
    /// Makes an image.
    ///
    /// - Parameters:
    ///   - name: its name in this pool and namespace.
    ///   - size: bytes; nothing is allocated.
    ///   - options: how it is laid out.
    /// - Throws: ``CephError`` with `EEXIST` if there is one of that name, `EINVAL` for a layout that cannot be,
    ///   `ENOENT` for a data pool that does not exist.
    package func createImage(_ name: String, size: UInt64, options: ImageOptions = ImageOptions()) async throws {
        try await self.blocking {
            let raw = try RawImageOptions.making(options, image: self.path(name))
            try check(rbd_create4(self.raw, name, size, raw.raw), "rbd_create4", self.path(name))
        }
    }

    /// All images of this pool and namespace that are not in the trash.
    package func images() async throws -> [(name: String, id: String)] {
        try await self.blocking {
            try withList(of: rbd_image_spec_t.self, call: "rbd_list2", object: self.path("")) { buffer, count in
                rbd_list2(self.raw, buffer, &count)
            } read: { images in
                let names = images.map { (name: String(cString: $0.name), id: String(cString: $0.id)) }
                rbd_image_spec_list_cleanup(images.baseAddress, images.count)
                return names
            }
        }
    }

    /// Removes an image and its data, which takes as long as the image has objects.
    ///
    /// Cut short, it leaves an image in the trash that a repeat may refuse to remove (`EUCLEAN`): where that matters, see
    /// ``moveImageToTrash(_:delay:)``.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is none, `ENOTEMPTY` if it has snapshots, `EBUSY` if it is open
    ///   elsewhere.
    package func removeImage(_ name: String) async throws {
        try await self.blocking {
            try check(rbd_remove(self.raw, name), "rbd_remove", self.path(name))
        }
    }

    /// Removes the object that leads from an image's name to its id, which is the first that a creation makes: what is
    /// left of one that was cut short there.
    ///
    /// - Parameter name: a name that no image has.
    package func forgetImageName(_ name: String) async throws {
        do {
            try await self.remove("rbd_id.\(name)")
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            // It was not even begun.
        }
    }

    /// Gives an image another name.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is none, `EEXIST` if the new name is taken.
    package func renameImage(_ name: String, to newName: String) async throws {
        try await self.blocking {
            try check(rbd_rename(self.raw, name, newName), "rbd_rename", self.path(name))
        }
    }

    /// Clones a snapshot of an image in `parent`, as a clone of format 2: no protected snapshot is needed.
    ///
    /// - Parameters:
    ///   - parent: the pool and namespace of the image cloned.
    ///   - image: its name.
    ///   - snapshot: the snapshot's name.
    ///   - name: the new image's name in this pool and namespace.
    ///   - options: how the clone is laid out.
    /// - Throws: ``CephError`` with `ENOENT` if there is no such snapshot, `EEXIST` if the name is taken.
    package func clone(
        from parent: IOContext,
        image: String,
        snapshot: String,
        as name: String,
        options: ImageOptions = ImageOptions()
    ) async throws {
        try await self.blocking {
            let raw = try RawImageOptions.making(options, image: self.path(name), isClone: true)
            try check(
                rbd_clone3(parent.raw, image, snapshot, self.raw, name, raw.raw),
                "rbd_clone3",
                "\(parent.path(image))@\(snapshot) to \(self.path(name))"
            )
        }
    }
}
