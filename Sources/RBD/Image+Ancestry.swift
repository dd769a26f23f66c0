// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
internal import Rados
internal import SystemPackage

extension Image {
    /// The image and the snapshot this is a clone of, or `nil` if it is none.
    package func parent() throws -> (image: LinkedImage, snapshot: String)? {
        var image = rbd_linked_image_spec_t()
        var snapshot = rbd_snap_spec_t()
        let result = rbd_get_parent(self.raw, &image, &snapshot)
        if result == -Errno.noSuchFileOrDirectory.rawValue { return nil }
        try check(result, "rbd_get_parent", self.path)
        defer {
            rbd_linked_image_spec_cleanup(&image)
            rbd_snap_spec_cleanup(&snapshot)
        }
        return (LinkedImage(image), String(cString: snapshot.name))
    }

    /// How many bytes from the start may be the parent's; zero if there is none.
    package func parentOverlap() throws -> UInt64 {
        var overlap: UInt64 = 0
        try check(rbd_get_overlap(self.raw, &overlap), "rbd_get_overlap", self.path)
        return overlap
    }

    /// The clones of this image's snapshots.
    package func children() throws -> [LinkedImage] {
        try withList(of: rbd_linked_image_spec_t.self, count: 16, call: "rbd_list_children3", object: self.path) {
            rbd_list_children3(self.raw, $0, &$1)
        } read: { images in
            let list = images.map(LinkedImage.init)
            rbd_linked_image_spec_list_cleanup(images.baseAddress, images.count)
            return list
        }
    }

    /// Copies what a clone shares with its parent and cuts the tie.
    ///
    /// What was copied until it was stopped stays copied, and a repeat does the rest.
    ///
    /// - Parameter goesOn: asked before each object, with what is done and what there is, in objects, whether to go on;
    ///   on a thread of librbd.
    /// - Throws: ``CephError`` with `EINVAL` if this is no clone, `ECANCELED` if it was stopped.
    package func flatten(goesOn: @escaping @Sendable (UInt64, UInt64) -> Bool = { _, _ in true }) throws {
        // librbd ends its throttle of object copies with the first negative answer. See: AsyncObjectThrottle.cc.
        let result = withDecidingProgress({ goesOn($0, $1) ? 0 : -Errno.canceled.rawValue }) {
            rbd_flatten_with_progress(self.raw, $0, $1)
        }
        try check(result, "rbd_flatten_with_progress", self.path)
    }
}

extension LinkedImage {
    /// Copies what librbd filled.
    fileprivate init(_ spec: rbd_linked_image_spec_t) {
        self.init(
            poolID: spec.pool_id,
            pool: String(cString: spec.pool_name),
            namespace: String(cString: spec.pool_namespace),
            id: String(cString: spec.image_id),
            name: String(cString: spec.image_name),
            isInTrash: spec.trash
        )
    }
}
