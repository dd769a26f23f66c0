// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

/// One request of the kernel for a file's content, with the memory it came in and is answered from.
///
/// Its memory is laid out so that the data of a write, and of the answer to a read, begins on a page: nothing is copied
/// between the kernel and who performs it. Requests are reused; one belongs to whoever performs it until it is finished.
///
/// `@unchecked Sendable`: handed from the reading thread to the performing one, never used by both at once.
package final class FUSERequest: BlockRequest, PooledRequest, @unchecked Sendable {
    /// Bytes that one request reads or writes at most.
    package static let maximumData = 1 << 20

    private static let page = 4096
    // What comes before a write's data.
    private static let headerCount = MemoryLayout<fuse_in_header>.size + MemoryLayout<fuse_write_in>.size

    /// What is asked for.
    package internal(set) var operation = BlockOperation.flush
    /// Where in the file, in bytes.
    package internal(set) var offset: UInt64 = 0
    /// How many bytes.
    package internal(set) var count: UInt64 = 0
    /// The data of a read or write: ``maximumData`` bytes, the first of them on a page.
    package let data: UnsafeMutableRawPointer

    /// Where the kernel's message is read to.
    let message: UnsafeMutableRawPointer
    /// How many bytes it may have.
    static let messageCapacity = headerCount + maximumData

    /// The channel it came from, which takes the answer.
    var channel: FUSEChannel?
    /// How much of the data's memory was used since it was allocated.
    var used = 0

    private let memory: UnsafeMutableRawPointer

    init() {
        self.memory = .allocate(byteCount: Self.page + Self.maximumData, alignment: Self.page)
        self.data = self.memory + Self.page
        self.message = self.data - Self.headerCount
    }

    deinit {
        self.memory.deallocate()
    }

    /// The message's header.
    var header: fuse_in_header {
        self.message.loadUnaligned(as: fuse_in_header.self)
    }

    /// What follows the header.
    func body<Body: BitwiseCopyable>(_ type: Body.Type) -> Body {
        (self.message + MemoryLayout<fuse_in_header>.size).loadUnaligned(as: type)
    }

    /// Answers the request, which is not to be used after that.
    ///
    /// - Parameter result: for a read, how many bytes are in ``data``; for the others zero or more; for a failure a
    ///   negative errno.
    package func finish(_ result: Int) {
        guard result >= 0 else { return self.answer(error: CInt(clamping: result)) }
        switch self.operation {
        case .read:
            self.answer(bytes: min(result, Int(self.count)))
        case .write:
            self.answer(fuse_write_out(size: UInt32(self.count), padding: 0))
        case .zero, .discard, .flush:
            self.answer(bytes: 0)
        }
    }

    /// Answers with a negative errno.
    func answer(error: CInt) {
        self.send(bytes: 0, error: error)
    }

    /// Answers with a struct.
    func answer<Body: BitwiseCopyable>(_ body: Body) {
        let unique = self.header.unique
        self.data.storeBytes(of: body, as: Body.self)
        self.send(bytes: MemoryLayout<Body>.size, error: 0, unique: unique)
    }

    /// Answers with the first bytes of ``data``.
    func answer(bytes: Int) {
        self.send(bytes: bytes, error: 0)
    }

    /// Lets a request go that gets no answer.
    func drop() {
        let channel = self.channel
        self.channel = nil
        channel?.pool.give(self)
    }

    private func send(bytes: Int, error: CInt) {
        self.send(bytes: bytes, error: error, unique: self.header.unique)
    }

    private func send(bytes: Int, error: CInt, unique: UInt64) {
        // The answer's header goes right before the data, over the message's, so that one write(2) takes both.
        let count = MemoryLayout<fuse_out_header>.size + bytes
        let start = self.data - MemoryLayout<fuse_out_header>.size
        let header = fuse_out_header(len: UInt32(count), error: error, unique: unique)
        start.storeBytes(of: header, as: fuse_out_header.self)
        guard let channel = self.channel else { preconditionFailure("a FUSE request was answered twice") }
        self.used = max(self.used, bytes)
        channel.write(start, count)
        self.channel = nil
        channel.pool.give(self)
    }
}
