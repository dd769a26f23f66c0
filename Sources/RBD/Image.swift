// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
package import Rados
internal import SystemPackage

/// An open image.
///
/// It belongs to one thread and never leaves the closure it is lent to.
///
/// All of its calls block, so it is only handed out on a thread of the ``BlockingPool``, by
/// ``Rados/IOContext/withImage(_:readOnly:snapshot:_:)``. Opened for writing it watches the image's header; opened
/// read-only it neither watches nor locks, so looking at a mounted volume never disturbs its writer.
package struct Image: ~Copyable {
    private let handle: ImageHandle

    /// What messages call the image: `pool/namespace/name`.
    let path: String

    /// Keeps the connection alive while the image is open: declared after the handle, so that it goes after it.
    let context: IOContext

    /// The C handle, for the calls of this room.
    var raw: rbd_image_t { self.handle.raw }

    /// Opens an image on the calling thread, which blocks.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such image or snapshot.
    init(opening name: ImageName, in context: IOContext, readOnly: Bool, snapshot: String?) throws(CephError) {
        var raw: rbd_image_t?
        let call: String
        let result: CInt
        switch (name, readOnly) {
        case (.name(let name), false):
            call = "rbd_open"
            result = rbd_open(context.raw, name, &raw, snapshot)
        case (.name(let name), true):
            call = "rbd_open_read_only"
            result = rbd_open_read_only(context.raw, name, &raw, snapshot)
        case (.id(let id), false):
            call = "rbd_open_by_id"
            result = rbd_open_by_id(context.raw, id, &raw, snapshot)
        case (.id(let id), true):
            call = "rbd_open_by_id_read_only"
            result = rbd_open_by_id_read_only(context.raw, id, &raw, snapshot)
        }
        let path = context.path(snapshot.map { "\(name)@\($0)" } ?? "\(name)")
        try check(result, call, path)
        guard let raw else { throw CephError(call: call, code: .noMemory, object: path) }
        self.handle = ImageHandle(raw)
        self.path = path
        self.context = context
    }

    /// Closes the image, writing back what is cached.
    consuming func close() throws(CephError) {
        let path = self.path
        // The connection must outlive the handle, which the line after next ends.
        let context = self.context
        let result = self.handle.close()
        withExtendedLifetime(context) {}
        try check(result, "rbd_close", path)
    }

    /// Gives the open handle away, to be closed by who takes it.
    consuming func release() -> rbd_image_t {
        self.handle.release()
    }
}

extension IOContext {
    /// Opens an image, lends it to `body` on a thread that may block, and closes it.
    ///
    /// - Parameters:
    ///   - name: which image.
    ///   - readOnly: whether to open without a watch and without ever taking the exclusive lock.
    ///   - snapshot: a snapshot to look at instead of the image's present state.
    ///   - body: what to do with it.
    /// - Throws: ``CephError`` with `ENOENT` if there is no such image, what closing throws, and what `body` throws.
    package func withImage<T: Sendable>(
        _ name: ImageName,
        readOnly: Bool,
        snapshot: String? = nil,
        _ body: @escaping @Sendable (borrowing Image) throws -> T
    ) async throws -> T {
        try await self.blocking {
            let image = try Image(opening: name, in: self, readOnly: readOnly, snapshot: snapshot)
            let value = try body(image)
            try image.close()
            return value
        }
    }
}
