// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD

extension LiveImage {
    /// Reads; bytes never written are zeroes.
    ///
    /// - Parameters:
    ///   - offset: where to begin, in bytes.
    ///   - buffer: memory for `count` bytes that lives until the completion.
    ///   - count: how many bytes; the range must lie within the image.
    ///   - completion: gets how many bytes were read, or a negative errno.
    @inline(__always)
    package func read(
        offset: UInt64,
        into buffer: UnsafeMutableRawPointer,
        count: Int,
        completion: @escaping @Sendable (Int) -> Void
    ) {
        self.request(completion) {
            rbd_aio_read($0, offset, count, buffer.assumingMemoryBound(to: CChar.self), $1)
        }
    }

    /// Writes.
    ///
    /// - Parameters:
    ///   - offset: where to begin, in bytes.
    ///   - buffer: `count` bytes that live and stay as they are until the completion.
    ///   - count: how many bytes; the range must lie within the image.
    ///   - completion: gets zero, or a negative errno: `ESHUTDOWN` once this client is fenced, `EROFS` without the
    ///     lock or on a read-only image. In a full pool it waits, or gets `ENOSPC`, as the connection's
    ///     ``Rados/CephTimeouts/waitsForSpace`` says.
    @inline(__always)
    package func write(
        offset: UInt64,
        from buffer: UnsafeRawPointer,
        count: Int,
        completion: @escaping @Sendable (Int) -> Void
    ) {
        self.request(completion) {
            rbd_aio_write($0, offset, count, buffer.assumingMemoryBound(to: CChar.self), $1)
        }
    }

    /// Gives bytes back to the pool; they read as zeroes where librbd honours the discard, which is by whole
    /// `rbd_discard_granularity_bytes` (64 KiB).
    ///
    /// - Parameters:
    ///   - offset: where to begin, in bytes.
    ///   - count: how many bytes.
    ///   - completion: gets zero, or a negative errno.
    package func discard(offset: UInt64, count: UInt64, completion: @escaping @Sendable (Int) -> Void) {
        self.request(completion) { rbd_aio_discard($0, offset, count, $1) }
    }

    /// Writes zeroes without sending them; whole objects are given back.
    ///
    /// - Parameters:
    ///   - offset: where to begin, in bytes.
    ///   - count: how many bytes.
    ///   - completion: gets zero, or a negative errno.
    package func writeZeroes(offset: UInt64, count: Int, completion: @escaping @Sendable (Int) -> Void) {
        self.request(completion) { rbd_aio_write_zeroes($0, offset, count, $1, 0, 0) }
    }

    /// Makes every write that was completed before this call durable.
    ///
    /// - Parameter completion: gets zero, or a negative errno.
    package func flush(completion: @escaping @Sendable (Int) -> Void) {
        self.request(completion) { rbd_aio_flush($0, $1) }
    }
}
