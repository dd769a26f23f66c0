// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
package import Rados
internal import Synchronization
internal import SystemPackage

/// An image that serves a volume's data: open for long, with many requests in flight.
///
/// Requests come from any thread; a request costs one small allocation here and what librbd needs. ``close()`` waits for
/// the requests in flight, and one after it gets `EBADF`, as on a closed file descriptor. The memory of a request must
/// live until its completion, which comes exactly once, on librbd's thread for callbacks: it must not block, since it
/// holds up every other completion of the image.
///
/// A LiveImage has a connection to itself, made with ``Rados/CephTimeouts/io(_:)``: fencing it then stops this volume and no
/// other. librbd orders nothing between requests in flight; ``flush(completion:)`` covers those completed before it.
///
/// `@unchecked Sendable`: the raw pointer never changes and librbd locks inside; the rest is behind a `Mutex`.
package final class LiveImage: @unchecked Sendable {
    /// The pool and namespace it is in; its connection is this image's own.
    package let context: IOContext

    /// Whether it was opened without the right to write.
    package let isReadOnly: Bool

    /// What messages call the image.
    package let path: String

    private let raw: rbd_image_t

    struct State {
        var isClosed = false
        var updates: UpdateWatch?
    }

    let state = Mutex(State())

    private let gate = RequestGate()

    private init(raw: rbd_image_t, context: IOContext, path: String, readOnly: Bool) {
        self.raw = raw
        self.context = context
        self.path = path
        self.isReadOnly = readOnly
    }

    /// Opens an image for serving.
    ///
    /// - Parameters:
    ///   - name: which image.
    ///   - context: where it is, on a connection of the image's own.
    ///   - readOnly: whether to open without a watch and without ever taking the lock.
    ///   - snapshot: a snapshot to serve instead of the image's present state; it is read-only.
    ///   - prepare: what is done to the image before anybody can use it, such as loading its encryption.
    /// - Throws: ``CephError`` with `ENOENT` if there is no such image, and what `prepare` throws: the image is closed then.
    package static func open(
        _ name: ImageName,
        in context: IOContext,
        readOnly: Bool,
        snapshot: String? = nil,
        _ prepare: @escaping @Sendable (borrowing Image) throws -> Void = { _ in }
    ) async throws -> LiveImage {
        try await context.blocking {
            let image = try Image(opening: name, in: context, readOnly: readOnly, snapshot: snapshot)
            try prepare(image)
            let path = image.path
            return LiveImage(raw: image.release(), context: context, path: path, readOnly: readOnly || snapshot != nil)
        }
    }

    /// Submits a request unless the image is closed.
    ///
    /// - Parameters:
    ///   - completion: gets what the request gives, or `-EBADF` at once.
    ///   - call: the call of librbd.
    @inline(__always)
    func request(
        _ completion: @escaping @Sendable (Int) -> Void,
        _ call: (rbd_image_t, rbd_completion_t) -> CInt
    ) {
        guard self.gate.enter() else { return completion(-Int(Errno.badFileDescriptor.rawValue)) }
        defer { self.gate.leave() }
        submit(completion) { call(self.raw, $0) }
    }

    /// Lends the handle to a call that blocks.
    ///
    /// - Throws: ``CephError`` with `EBADF` once the image is closed, and what `body` throws.
    func withOpen<T>(_ call: String, _ body: (rbd_image_t) throws -> T) throws -> T {
        guard self.gate.enter() else { throw CephError(call: call, code: .badFileDescriptor, object: self.path) }
        defer { self.gate.leave() }
        return try body(self.raw)
    }

    /// The image's size in bytes, as this client last saw it: it follows a resize by another client by itself. With
    /// encryption loaded, without its header.
    package func size() async throws -> UInt64 {
        try await self.context.blocking { try self.sizeBlocking() }
    }

    /// The same on the calling thread: a look at memory unless the header has just changed, when it is read anew.
    package func sizeBlocking() throws -> UInt64 {
        try self.withOpen("rbd_get_size") { raw in
            var size: UInt64 = 0
            try check(rbd_get_size(raw, &size), "rbd_get_size", self.path)
            return size
        }
    }

    /// Takes the exclusive lock and keeps it: another client that wants to write is refused with `EROFS`, while its
    /// resize, snapshot and flatten are sent here and done by this client.
    ///
    /// - Throws: ``CephError`` with `EROFS` or `EBUSY` if another client keeps it, `EINVAL` if the image has no
    ///   exclusive-lock feature.
    package func acquireLock() async throws {
        try await self.context.blocking {
            try self.withOpen("rbd_lock_acquire") {
                try check(rbd_lock_acquire($0, RBD_LOCK_MODE_EXCLUSIVE), "rbd_lock_acquire", self.path)
            }
        }
    }

    /// Whether this client has the exclusive lock just now: false once it was broken or the client was fenced.
    package func ownsLock() async throws -> Bool {
        try await self.context.blocking {
            try self.withOpen("rbd_is_exclusive_lock_owner") { raw in
                var owns: CInt = 0
                try check(rbd_is_exclusive_lock_owner(raw, &owns), "rbd_is_exclusive_lock_owner", self.path)
                return owns != 0
            }
        }
    }

    /// Drops what is cached for reading, after the data was changed behind this client's back.
    package func invalidateCache() async throws {
        try await self.context.blocking {
            try self.withOpen("rbd_invalidate_cache") {
                try check(rbd_invalidate_cache($0), "rbd_invalidate_cache", self.path)
            }
        }
    }

    /// Writes back what is cached and closes the image; requests in flight end first.
    ///
    /// Closing twice is harmless.
    ///
    /// - Throws: ``CephError`` if what was cached could not be written; the image is closed all the same.
    package func close() async throws {
        let mustClose = self.state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        guard mustClose else { return }
        try await self.context.blocking {
            self.gate.close()
            let updates = self.state.withLock { $0.updates.take() }
            if let updates { _ = rbd_update_unwatch(self.raw, updates.handle) }
            try check(rbd_close(self.raw), "rbd_close", self.path)
        }
    }

    deinit {
        // The net under an owner that never closed. On the pool, since closing blocks and the last reference may go
        // on librbd's own thread.
        let (mustClose, updates) = self.state.withLock { (!$0.isClosed, $0.updates.take()) }
        guard mustClose else { return }
        let address = UInt(bitPattern: self.raw)
        self.context.cluster.pool.enqueue { [context] in
            let raw = UnsafeMutableRawPointer(bitPattern: address)
            withExtendedLifetime((context, updates)) {
                if let updates { _ = rbd_update_unwatch(raw, updates.handle) }
                _ = rbd_close(raw)
            }
        }
    }
}
