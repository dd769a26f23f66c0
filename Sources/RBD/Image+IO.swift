// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
internal import Rados

// I/O that blocks: for small things like headers and checks. A volume's data goes through ``LiveImage``.
extension Image {
    /// Reads up to `count` bytes at `offset`; fewer where the image ends.
    package func read(offset: UInt64, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let start = UnsafeMutableRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self)
            filled = try check(rbd_read(self.raw, offset, count, start), "rbd_read", self.path)
        }
    }

    /// Writes `bytes` at `offset`.
    package func write(offset: UInt64, _ bytes: [UInt8]) throws {
        let written = bytes.withUnsafeBytes {
            rbd_write(self.raw, offset, $0.count, $0.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
        try check(written, "rbd_write", self.path)
    }

    /// Gives `count` bytes at `offset` back to the pool.
    package func discard(offset: UInt64, count: UInt64) throws {
        try check(rbd_discard(self.raw, offset, count), "rbd_discard", self.path)
    }

    /// Zeroes `count` bytes at `offset`.
    package func writeZeroes(offset: UInt64, count: Int) throws {
        try check(rbd_write_zeroes(self.raw, offset, count, 0, 0), "rbd_write_zeroes", self.path)
    }

    /// Makes completed writes durable.
    package func flush() throws {
        try check(rbd_flush(self.raw), "rbd_flush", self.path)
    }

    /// Gives back the objects that hold nothing but zeroes.
    ///
    /// - Parameter granularity: bytes, a power of two from 4 KiB to the object size: how much must be zero to go.
    package func sparsify(granularity: Int) throws {
        try check(rbd_sparsify(self.raw, granularity), "rbd_sparsify", self.path)
    }
}
