// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

/// What comes in on a connection: makes requests of it and has them performed.
///
/// Headers are read many at once; the data of a write goes straight to its request's memory, but for what came in with
/// its header. How far it is read is in the journal at every moment: a process that is killed leaves its successor either
/// the bytes or their beginning in the socket. Used by the connection's thread alone.
final class NBDReader {
    /// What is to be done after some was read.
    enum Outcome {
        /// There may be more.
        case more
        /// There was no more.
        case drained
        /// Nothing more is to be read: the kernel said good-bye, or why not.
        case ended(HostError?)
    }

    private static let stagingSize = Int(LOCKER_JOURNAL_STAGING)
    private static let markSize = MemoryLayout<UInt64>.size

    private let link: NBDLink
    private let parts: UnsafeMutablePointer<iovec>
    // As in the journal.
    private var state: locker_journal_reading
    // A write whose data has not all come; nothing is staged then.
    private var partial: NBDRequest?

    /// Begins with a new connection, or goes on where a dead process was; ``resume(for:)`` has to be called then.
    init(_ link: NBDLink) {
        self.link = link
        self.parts = .allocate(capacity: 2)
        self.state = link.reading
    }

    deinit {
        self.parts.deallocate()
    }

    /// Reads once and has what is whole performed.
    func read(for connection: NBDConnection) -> Outcome {
        self.compact()
        // So many are there, so that a successor has to do with all of them or none.
        let waiting = Int(locker_waiting(connection.file))
        guard waiting > 0 else { return self.lookForEnd(of: connection) }
        let (parts, expected) = self.describe(most: waiting)
        self.mark(parts)
        self.commit { $0.expected = UInt32(expected) }
        do throws(HostError) {
            let received = try systemCall("recvmsg", connection.name) {
                locker_receive(connection.file, self.parts, parts)
            }
            guard received > 0 else { return .ended(connection.reset) }
            if let failure = self.take(received, for: connection) { return failure }
            return received < waiting ? .more : .drained
        } catch {
            self.commit { $0.expected = 0 }
            return error.code == .wouldBlock ? .drained : .ended(error)
        }
    }

    /// Lets go of what is not whole, when nothing more is read.
    func drop(to pool: RequestPool<NBDRequest>) {
        if let partial = self.partial { pool.give(partial) }
        self.partial = nil
    }

    // MARK: - After a death

    /// Whether it is known what the dead process has read.
    func isClear(partial: NBDRequest?) -> Bool {
        self.partial = partial
        let expected = Int(self.state.expected)
        guard expected > 0 else { return true }
        let (parts, found) = self.describe(most: expected)
        guard found == expected, let (first, last) = self.marks(parts) else { return false }
        let isMarked = [first, last].map { $0.loadUnaligned(as: UInt64.self) == self.link.mark }
        // Bytes are copied from the first to the last: what ended in between met a fault of memory.
        guard isMarked[0] == isMarked[1] else { return false }
        if isMarked[0] { self.commit { $0.expected = 0 } }
        return true
    }

    /// The handle of the request that is staged next: the dead process may have begun with it.
    var nextHandle: UInt64? {
        guard self.partial == nil, self.state.expected == 0,
            Int(self.state.end) - Int(self.state.start) >= NBDHeader.size
        else { return nil }
        return NBDHeader(self.link.staging(self.state.staging) + Int(self.state.start))?.handle
    }

    /// Has performed what the dead process had read and not begun.
    func resume(for connection: NBDConnection) -> Outcome? {
        self.take(Int(self.state.expected), for: connection)
    }

    // MARK: - Where to

    private func commit(_ change: (inout locker_journal_reading) -> Void) {
        change(&self.state)
        self.link.reading = self.state
    }

    /// Moves what is staged to a beginning: of the other place, since a move is no single step.
    private func compact() {
        guard self.state.start > 0 else { return }
        let count = self.state.end - self.state.start
        let other = self.state.staging ^ 1
        memcpy(self.link.staging(other), self.link.staging(self.state.staging) + Int(self.state.start), Int(count))
        self.commit { ($0.staging, $0.start, $0.end) = (other, 0, count) }
    }

    /// Says where the next bytes belong. The same for a successor, from what is in the journal.
    ///
    /// - Returns: in how many pieces, and their length.
    private func describe(most: Int) -> (parts: CInt, bytes: Int) {
        var rest = most
        var count: CInt = 0
        func add(_ start: UnsafeMutableRawPointer, _ bytes: Int) {
            let bytes = min(bytes, rest)
            // A second piece that has no room for the mark is read another time.
            guard bytes >= (count == 0 ? 1 : Self.markSize) else { return }
            self.parts[Int(count)] = iovec(iov_base: start, iov_len: bytes)
            count += 1
            rest -= bytes
        }
        if let partial = self.partial {
            let received = Int(self.state.received)
            add(partial.data + received, Int(partial.count) - received)
        }
        let end = Int(self.state.end)
        add(self.link.staging(self.state.staging) + end, Self.stagingSize - end)
        return (count, most - rest)
    }

    /// Where the mark lies until the bytes are there; `nil` if there is no room for it.
    private func marks(_ parts: CInt) -> (first: UnsafeMutableRawPointer, last: UnsafeMutableRawPointer)? {
        let (first, last) = (self.parts[0], self.parts[Int(parts) - 1])
        guard first.iov_len >= (parts > 1 ? 1 : 2) * Self.markSize else { return nil }
        return (first.iov_base, last.iov_base + last.iov_len - Self.markSize)
    }

    private func mark(_ parts: CInt) {
        guard self.link.isKept, let (first, last) = self.marks(parts) else { return }
        first.storeBytes(of: self.link.mark, as: UInt64.self)
        last.storeBytes(of: self.link.mark, as: UInt64.self)
    }

    private func lookForEnd(of connection: NBDConnection) -> Outcome {
        do throws(HostError) {
            let found = try systemCall("recv", connection.name) { locker_peek(connection.file) }
            return found > 0 ? .more : .ended(connection.reset)
        } catch {
            return error.code == .wouldBlock ? .drained : .ended(error)
        }
    }

    // MARK: - What it is

    private func take(_ received: Int, for connection: NBDConnection) -> Outcome? {
        var whole: NBDRequest?
        let partial = self.partial
        let missing = partial.map { Int($0.count) - Int(self.state.received) } ?? 0
        let taken = min(received, missing)
        if let partial, taken == missing {
            partial.slot?.complete()
            self.partial = nil
            whole = partial
        }
        self.commit {
            $0.expected = 0
            $0.end += UInt32(received - taken)
            $0.received += UInt32(taken)
            if whole != nil { ($0.partial, $0.received) = (0, 0) }
        }
        if let whole { connection.perform(whole) }
        while Int(self.state.end) - Int(self.state.start) >= NBDHeader.size, self.partial == nil {
            guard !connection.isStopping else { return .ended(nil) }
            guard let header = NBDHeader(self.link.staging(self.state.staging) + Int(self.state.start)) else {
                return .ended(connection.failure(EPROTO, "what came is no request"))
            }
            if let failure = self.begin(header, for: connection) { return failure }
        }
        return nil
    }

    private func begin(_ header: NBDHeader, for connection: NBDConnection) -> Outcome? {
        if header.command == LOCKER_NBD_DISC { return .ended(nil) }
        guard let operation = BlockOperation(command: header.command) else {
            let request = NBDRequest.from(connection.pool, connection.journal, room: 0)
            request.begin(header, .flush, on: connection, isWhole: true)
            self.commit { $0.start += UInt32(NBDHeader.size) }
            request.answer(error: EINVAL)
            return nil
        }
        let room = operation == .read || operation == .write ? Int(header.count) : 0
        guard room <= NBDRequest.maximumData else {
            return .ended(connection.failure(EMSGSIZE, "a request for \(header.count) bytes"))
        }
        let request = NBDRequest.from(connection.pool, connection.journal, room: room)
        guard operation == .write else {
            request.begin(header, operation, on: connection, isWhole: true)
            self.commit { $0.start += UInt32(NBDHeader.size) }
            connection.perform(request)
            return nil
        }
        self.collect(header, request, for: connection)
        return nil
    }

    private func collect(_ header: NBDHeader, _ request: NBDRequest, for connection: NBDConnection) {
        let begin = Int(self.state.start) + NBDHeader.size
        let here = min(Int(self.state.end) - begin, Int(header.count))
        request.used = max(request.used, Int(header.count))
        memcpy(request.data, self.link.staging(self.state.staging) + begin, here)
        let isWhole = here == Int(header.count)
        request.begin(header, .write, on: connection, isWhole: isWhole)
        self.commit {
            $0.start += UInt32(NBDHeader.size + here)
            if !isWhole { ($0.partial, $0.received) = ((request.slot?.number ?? 0) + 1, UInt32(here)) }
        }
        if isWhole {
            connection.perform(request)
        } else {
            self.partial = request
        }
    }
}
