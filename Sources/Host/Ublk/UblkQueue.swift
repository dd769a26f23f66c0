// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

/// The one queue of a device, as its server has it: requests come out of it, and answers go back.
///
/// A device has a single queue, served by one of the reactor's threads; devices are what is spread over them. librbd is
/// busy long before one thread that hands requests over is, and to be taken over a device with several queues needs every
/// one of them fetched from or none: Linux 6.12 crashes on a device whose next server was killed between two.
///
/// Data is copied by `pread` and `pwrite` on the queue's file (`UBLK_F_USER_COPY`) into memory that all devices share.
/// The other way, memory of its own for each request that the kernel might send, would be 64 MiB a device, of which stays
/// what was ever touched. Zero copy (`UBLK_F_SUPPORT_ZERO_COPY`, `UBLK_F_AUTO_BUF_REG`) hands pages to io_uring alone, and
/// not to librbd, which takes memory of this process.
///
/// It lives as long as the loop has it or a request of it is not finished: the file it owns must not become another one
/// while somebody copies.
///
/// `@unchecked Sendable`: `requests` and `alive` are the loop's thread's alone; the rest is immutable or locks.
final class UblkQueue: @unchecked Sendable {
    /// How many requests the kernel hands over at once, one of which is never used: ``UblkDevice/keepReserve()``.
    static let depth = 64

    /// The server's file of the device, open as long as this object lives.
    let file: CInt
    /// What it is called in errors.
    let name: String
    /// By which the loop knows it.
    let id: UInt64
    /// How many fetches the kernel has not given up.
    var alive = 0
    /// Why the kernel gave up, if it is not that the device was stopped.
    var failure: HostError?

    private let backend: any BlockBackend
    private let loop: UblkLoop
    private let pool: RequestPool<UblkRequest>
    private var requests: UnsafePointer<ublksrv_io_desc>?
    private let ended: @Sendable (HostError?) -> Void

    /// Serves a backend on a device; nothing happens before the loop has the queue.
    ///
    /// - Parameters:
    ///   - file: the server's file, which this object closes.
    ///   - loop: what fetches from it.
    ///   - ended: called once on the loop's thread, after the last request has come: with why, if the device was not
    ///     stopped.
    init(
        _ file: CInt,
        name: String,
        backend: any BlockBackend,
        loop: UblkLoop,
        ended: @escaping @Sendable (HostError?) -> Void
    ) {
        self.file = file
        self.name = name
        self.backend = backend
        self.loop = loop
        self.pool = loop.pool
        self.id = loop.newID()
        self.ended = ended
    }

    deinit {
        if let requests { _ = locker_ublk_unmap(requests, UInt32(Self.depth)) }
        _ = Glibc.close(self.file)
    }

    /// Makes what the kernel sends visible here; once, on the loop's thread, after the first fetches.
    ///
    /// The kernel remembers the process that does this first, and after a server that was killed between that and its
    /// fetches would let no other do it.
    func map() throws(HostError) {
        var requests: UnsafePointer<ublksrv_io_desc>?
        try systemCall("mmap", self.name) {
            requests = locker_ublk_map(self.file, UInt32(Self.depth))
            return requests == nil ? -1 : 0
        }
        self.requests = requests
    }

    /// Takes the request of a tag and has it performed; on the loop's thread.
    ///
    /// - Returns: whether it is a write; it may be finished by then.
    func receive(_ tag: UInt16) -> Bool {
        guard let description = self.requests.map({ $0 + Int(tag) }) else { return false }
        let request = self.pool.take() ?? UblkRequest()
        request.queue = self
        request.tag = tag
        request.offset = locker_ublk_offset(description)
        request.count = locker_ublk_count(description)
        switch Int32(locker_ublk_operation(description)) {
        case UBLK_IO_OP_READ: request.operation = .read
        case UBLK_IO_OP_WRITE: request.operation = .write
        // It covers everything, and has no place.
        case UBLK_IO_OP_FLUSH: (request.operation, request.offset, request.count) = (.flush, 0, 0)
        case UBLK_IO_OP_DISCARD: request.operation = .discard
        // UBLK_IO_F_NOUNMAP asks that the space be kept: an image has no space to keep, it is thin.
        case UBLK_IO_OP_WRITE_ZEROES: request.operation = .zero
        default:
            request.operation = .flush
            self.answer(request, -EOPNOTSUPP)
            return false
        }
        let isWrite = request.operation == .write
        self.perform(request)
        return isWrite
    }

    private func perform(_ request: UblkRequest) {
        // No FUA: the device does not offer it, so that the kernel sends a flush after such a write, and waits for it.
        if let error = self.refusal(of: request) { return self.answer(request, -error) }
        if request.operation == .write, let error = self.copyOut(request) { return self.answer(request, -error) }
        self.backend.perform(request)
    }

    /// Answers a request that was performed; on any thread.
    func finish(_ request: UblkRequest, _ result: Int) {
        if result < 0 { return self.answer(request, -Self.kernelError(CInt(clamping: -result))) }
        switch request.operation {
        case .read:
            // What is not there must not be read as zeroes.
            guard result >= Int(request.count) else { return self.answer(request, -EIO) }
            if let error = self.copyIn(request) { return self.answer(request, -error) }
            self.answer(request, CInt(request.count))
        case .write: self.answer(request, CInt(request.count))
        case .zero, .discard, .flush: self.answer(request, 0)
        }
    }

    /// The end of it; on the loop's thread.
    func end() {
        self.ended(self.failure)
    }

    private func answer(_ request: UblkRequest, _ answer: CInt) {
        request.answer = answer
        self.loop.finished(request)
    }

    private func refusal(of request: UblkRequest) -> CInt? {
        guard request.operation != .flush else { return nil }
        let size = self.backend.size
        guard request.count <= size, request.offset <= size - request.count else {
            return request.operation == .write ? ENOSPC : EIO
        }
        return self.backend.isReadOnly && request.operation != .read ? EIO : nil
    }

    /// Copies what is to be written here; an errno if that fails.
    private func copyOut(_ request: UblkRequest) -> CInt? {
        self.copy(request) { memory, count, done in
            locker_ublk_copy_out(self.file, UInt32(request.tag), memory, count, done)
        }
    }

    /// Copies what was read to the kernel; an errno if that fails.
    private func copyIn(_ request: UblkRequest) -> CInt? {
        self.copy(request) { memory, count, done in
            locker_ublk_copy_in(self.file, UInt32(request.tag), memory, count, done)
        }
    }

    private func copy(_ request: UblkRequest, _ body: (UnsafeMutableRawPointer, Int, Int) -> Int) -> CInt? {
        let count = Int(request.count)
        guard count <= UblkRequest.maximumData else { return EIO }
        request.used = max(request.used, count)
        var done = 0
        do throws(HostError) {
            while done < count {
                let copied = try systemCall("copy", self.name) { body(request.data + done, count - done, done) }
                guard copied > 0 else { return EIO }
                done += copied
            }
            return nil
        } catch {
            // The request is no more, since the device was stopped: nobody waits for the answer.
            return EIO
        }
    }

    /// The errors that mean something to who waits; of the others the kernel makes an I/O error, or something that only
    /// disks say.
    private static func kernelError(_ code: CInt) -> CInt {
        switch code {
        case ENOSPC, ETIMEDOUT, EOPNOTSUPP, ENOMEM: code
        case EDQUOT: ENOSPC
        default: EIO
        }
    }
}
