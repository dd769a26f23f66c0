// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

/// What comes in on a connection: makes requests of it and has them performed.
///
/// Headers are read many at once; the data of a write goes straight to its request's memory, but for what came in with
/// its header. Used by the connection's thread alone.
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

    // 36 headers: a queue's worth, and little to copy of the data that follows one.
    private static let stagingSize = 1024

    private let staging: UnsafeMutableRawPointer
    private let parts: UnsafeMutablePointer<iovec>
    private var start = 0
    private var end = 0
    // A write whose data has not all come, and how much of it has; nothing is staged then.
    private var partial: (request: NBDRequest, received: Int)?

    init() {
        self.staging = .allocate(byteCount: Self.stagingSize, alignment: 16)
        self.parts = .allocate(capacity: 2)
    }

    deinit {
        self.staging.deallocate()
        self.parts.deallocate()
    }

    /// Reads once and has what is whole performed.
    func read(for connection: NBDConnection) -> Outcome {
        var expected = 0
        var count: CInt = 0
        func add(_ start: UnsafeMutableRawPointer, _ bytes: Int) {
            self.parts[Int(count)] = iovec(iov_base: start, iov_len: bytes)
            count += 1
            expected += bytes
        }
        if let partial = self.partial {
            add(partial.request.data + partial.received, Int(partial.request.count) - partial.received)
        }
        if self.start > 0 {
            memmove(self.staging, self.staging + self.start, self.end - self.start)
            self.end -= self.start
            self.start = 0
        }
        add(self.staging + self.end, Self.stagingSize - self.end)
        do throws(HostError) {
            let received = try systemCall("recvmsg", connection.name) {
                locker_receive(connection.file, self.parts, count)
            }
            guard received > 0 else { return .ended(connection.reset) }
            if let failure = self.take(received, for: connection) { return failure }
            return received < expected ? .drained : .more
        } catch {
            return error.code == .wouldBlock ? .drained : .ended(error)
        }
    }

    /// Lets go of what is not whole, when nothing more is read.
    func drop(to pool: RequestPool<NBDRequest>) {
        if let partial = self.partial { pool.give(partial.request) }
        self.partial = nil
    }

    private func take(_ received: Int, for connection: NBDConnection) -> Outcome? {
        var rest = received
        if let partial = self.partial {
            let taken = min(rest, Int(partial.request.count) - partial.received)
            rest -= taken
            self.partial = (partial.request, partial.received + taken)
            guard partial.received + taken == Int(partial.request.count) else { return nil }
            self.partial = nil
            connection.perform(partial.request)
        }
        self.end += rest
        while self.end - self.start >= NBDHeader.size, self.partial == nil {
            guard !connection.isStopping else { return .ended(nil) }
            guard let header = NBDHeader(self.staging + self.start) else {
                return .ended(connection.failure(EPROTO, "what came is no request"))
            }
            self.start += NBDHeader.size
            if let failure = self.begin(header, for: connection) { return failure }
        }
        return nil
    }

    private func begin(_ header: NBDHeader, for connection: NBDConnection) -> Outcome? {
        switch header.command {
        case LOCKER_NBD_READ, LOCKER_NBD_WRITE:
            guard header.count <= UInt32(NBDRequest.maximumData) else {
                return .ended(connection.failure(EMSGSIZE, "a request for \(header.count) bytes"))
            }
            let request = self.request(header, room: Int(header.count), connection)
            if header.command == LOCKER_NBD_READ {
                request.operation = .read
                connection.perform(request)
            } else {
                request.operation = .write
                self.collect(request, for: connection)
            }
        case LOCKER_NBD_FLUSH:
            self.perform(.flush, header, connection)
        case LOCKER_NBD_TRIM:
            self.perform(.discard, header, connection)
        case LOCKER_NBD_WRITE_ZEROES:
            // NBD_CMD_FLAG_NO_HOLE asks that the space be kept: an image has no space to keep, it is thin.
            self.perform(.zero, header, connection)
        case LOCKER_NBD_DISC:
            return .ended(nil)
        default:
            self.request(header, room: 0, connection).answer(error: EINVAL)
        }
        return nil
    }

    private func perform(_ operation: BlockOperation, _ header: NBDHeader, _ connection: NBDConnection) {
        let request = self.request(header, room: 0, connection)
        request.operation = operation
        connection.perform(request)
    }

    private func request(_ header: NBDHeader, room: Int, _ connection: NBDConnection) -> NBDRequest {
        let request = NBDRequest.from(connection.pool, room: room)
        request.connection = connection
        request.operation = .flush
        request.handle = header.handle
        request.offset = header.offset
        request.count = UInt64(header.count)
        return request
    }

    private func collect(_ request: NBDRequest, for connection: NBDConnection) {
        request.used = max(request.used, Int(request.count))
        let here = min(self.end - self.start, Int(request.count))
        memcpy(request.data, self.staging + self.start, here)
        self.start += here
        if here == Int(request.count) {
            connection.perform(request)
        } else {
            self.partial = (request, here)
        }
    }
}
