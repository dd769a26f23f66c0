// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// One request of the kernel for a device's content, with the memory it came in and is answered from.
///
/// It belongs to whoever performs it until ``finish(_:)``, on any thread, and is used by one thread at a time.
package protocol BlockRequest: AnyObject, Sendable {
    /// What is asked for.
    var operation: BlockOperation { get }
    /// Where, in bytes.
    var offset: UInt64 { get }
    /// How many bytes.
    var count: UInt64 { get }
    /// The data of a read or write: room for ``count`` bytes, the first of them on a page.
    var data: UnsafeMutableRawPointer { get }

    /// Answers the request, which is not to be used after that.
    ///
    /// - Parameter result: for a read, how many bytes are in ``data``; for the others zero or more; for a failure a
    ///   negative errno.
    func finish(_ result: Int)
}

/// What a ``BlockRequest`` asks for.
package enum BlockOperation: Sendable, Hashable {
    /// Put `count` bytes from `offset` into `data`.
    case read
    /// Write the `count` bytes of `data` at `offset`.
    case write
    /// Make `count` bytes at `offset` read as zeroes, giving back the space where that is possible.
    case zero
    /// Give back the space of `count` bytes at `offset` where that is possible, whatever is read there afterwards.
    case discard
    /// Make every finished write durable.
    case flush
}
