// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

/// One request of the kernel's nbd, with the memory its data is read to and its answer sent from.
///
/// Its memory is laid out so that the data begins on a page and the answer's header ends there: an answer is one piece.
/// Requests are reused; one belongs to whoever performs it until it is finished. Those of the usual size are in the journal,
/// as long as there is room, so that a successor can do them if this process dies.
///
/// `@unchecked Sendable`: handed from the reading thread to the performing one and from there to the sending one, never
/// used by two at once.
final class NBDRequest: BlockRequest, PooledRequest, @unchecked Sendable {
    /// Bytes of data that a request which is kept for reuse has room for; the queue is set to send no larger ones.
    static let usualData = 1 << 20
    /// Bytes that one request reads or writes at most: `max_hw_sectors` of the kernel's nbd.
    static let maximumData = 32 << 20

    private static let page = 4096
    // See: linux/nbd.h (`struct nbd_reply`).
    private static let replyHeader = 16

    var operation = BlockOperation.flush
    var offset: UInt64 = 0
    var count: UInt64 = 0
    let data: UnsafeMutableRawPointer
    /// What the answer repeats.
    var handle: UInt64 = 0
    /// The connection it came from, which takes the answer; kept alive by it.
    var connection: NBDConnection?
    /// How much of the data's memory was used since it was allocated.
    var used = 0
    /// How many bytes the answer has, header included.
    private(set) var answerCount = 0

    /// Its place in the journal, if it has one.
    let slot: NBDSlot?

    private let memory: UnsafeMutableRawPointer
    private let capacity: Int

    /// Makes one of the usual size in a place of the journal; none of it is memory before it is touched.
    init(in slot: NBDSlot) {
        self.slot = slot
        self.capacity = Self.usualData
        self.memory = slot.memory
        self.data = slot.memory + Self.page
    }

    /// Makes one with room for so many bytes of data that a successor knows nothing of.
    init(capacity: Int = NBDRequest.usualData) {
        self.slot = nil
        self.capacity = capacity
        guard let memory = locker_map(Self.page + capacity) else {
            // As any allocation of Swift's does.
            fatalError("no memory for a request of \(capacity) bytes")
        }
        self.memory = memory
        self.data = memory + Self.page
    }

    deinit {
        if let slot = self.slot { return slot.giveBack() }
        _ = locker_unmap(self.memory, Self.page + self.capacity)
    }

    /// One with room for so many bytes of data, if possible one that was used before.
    static func from(_ pool: RequestPool<NBDRequest>, _ journal: NBDJournal, room: Int) -> NBDRequest {
        guard room <= Self.usualData else { return NBDRequest(capacity: room) }
        return pool.take() ?? journal.takeSlot().map { NBDRequest(in: $0) } ?? NBDRequest()
    }

    /// Is a request that came on a connection from now on.
    ///
    /// - Parameter isWhole: whether all that belongs to it has come.
    func begin(_ header: NBDHeader, _ operation: BlockOperation, on connection: NBDConnection, isWhole: Bool) {
        self.connection = connection
        self.operation = operation
        self.handle = header.handle
        self.offset = header.offset
        self.count = UInt64(header.count)
        if let slot = self.slot {
            slot.begin(header, of: connection.link, isWhole: isWhole)
        } else {
            connection.link.addLoose(1)
        }
    }

    /// Goes on as the request that a dead process had in its place.
    ///
    /// - Returns: `nil` for one that this version does not know.
    static func resumed(in slot: NBDSlot, on connection: NBDConnection) -> NBDRequest? {
        let entry = slot.entry.pointee
        guard let operation = BlockOperation(command: entry.command), Int(entry.count) <= Self.room(for: operation)
        else { return nil }
        let request = NBDRequest(in: slot)
        request.connection = connection
        request.operation = operation
        request.handle = entry.handle
        request.offset = entry.offset
        request.count = UInt64(entry.count)
        request.used = operation == .write ? Int(entry.count) : 0
        request.answerCount = Int(entry.answer)
        return request
    }

    /// How much of its answer a dead process has sent.
    var sentBefore: Int { self.slot?.sent ?? 0 }

    private static func room(for operation: BlockOperation) -> Int {
        operation == .read || operation == .write ? self.usualData : Int(UInt32.max)
    }

    /// Whether it is of the size that is kept for reuse.
    var isUsual: Bool { self.capacity == Self.usualData }

    /// Lets its connection go.
    func letGo() {
        if let slot = self.slot {
            slot.free()
        } else {
            self.connection?.link.addLoose(-1)
        }
        self.connection = nil
    }

    /// Where the answer begins.
    var answer: UnsafeMutableRawPointer { self.data - Self.replyHeader }

    func finish(_ result: Int) {
        if result < 0 { return self.answer(error: CInt(clamping: -result)) }
        // There is no short read in the protocol, and what is not there must not be read as zeroes.
        if self.operation == .read, result < Int(self.count) { return self.answer(error: EIO) }
        self.answer(error: 0)
    }

    /// Answers with an errno, or with success and the data of a read if it is zero.
    func answer(error: CInt) {
        guard let connection = self.connection else { return }
        let answer = self.answer
        answer.storeBytes(of: UInt32(NBD_REPLY_MAGIC).bigEndian, as: UInt32.self)
        answer.storeBytes(of: UInt32(Self.protocolError(error)).bigEndian, toByteOffset: 4, as: UInt32.self)
        answer.storeBytes(of: self.handle, toByteOffset: 8, as: UInt64.self)
        let carriesData = error == 0 && self.operation == .read
        if carriesData { self.used = max(self.used, Int(self.count)) }
        self.answerCount = Self.replyHeader + (carriesData ? Int(self.count) : 0)
        connection.send(self)
    }

    /// Part of its answer is sent, and nothing is on its way.
    func note(sent: Int) {
        self.slot?.note(sent: sent, of: self.answerCount)
    }

    /// The errors that the protocol has, by Linux' numbers; everything else is an I/O error.
    private static func protocolError(_ code: CInt) -> CInt {
        switch code {
        case 0, EPERM, EIO, ENOMEM, EINVAL, ENOSPC, EOVERFLOW, EOPNOTSUPP, ESHUTDOWN: code
        case EROFS: EPERM
        default: EIO
        }
    }
}

extension BlockOperation {
    /// What a command of the protocol asks for; `nil` for one that is not served.
    init?(command: UInt32) {
        switch command {
        case LOCKER_NBD_READ: self = .read
        case LOCKER_NBD_WRITE: self = .write
        case LOCKER_NBD_FLUSH: self = .flush
        case LOCKER_NBD_TRIM: self = .discard
        // NBD_CMD_FLAG_NO_HOLE asks that the space be kept: an image has no space to keep, it is thin.
        case LOCKER_NBD_WRITE_ZEROES: self = .zero
        default: return nil
        }
    }
}
