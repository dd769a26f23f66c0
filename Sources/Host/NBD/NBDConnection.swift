// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// One connection to the kernel's nbd: requests come in on it, and each answer goes back on the one its request came from.
///
/// It lives as long as its loop has it or a request of it is not finished: memory that a backend uses is never freed, and
/// an answer that comes late goes nowhere.
///
/// `@unchecked Sendable`: the reader is the loop's thread's alone; the rest is immutable or locks.
final class NBDConnection: @unchecked Sendable {
    // How often a wake reads before other connections have their turn, and how often a thread that finished a request, which
    // may be the backend's, sends before it leaves the rest to the loop.
    private static let readRounds = 16
    private static let sendRounds = 4

    /// The socket, open as long as this object lives.
    let file: CInt
    /// What it is called in errors.
    let name: String
    /// Where requests come from and go to.
    let pool: RequestPool<NBDRequest>
    /// By which the loop knows it.
    let id: UInt64
    /// What a successor knows of it.
    let link: NBDLink
    /// Where requests get places that a successor finds.
    let journal: NBDJournal

    private let backend: any BlockBackend
    /// What reads from it.
    unowned let loop: NBDLoop
    let reader: NBDReader
    private let writer: NBDWriter
    private let stopping = Atomic(false)
    private let sendFailure = Mutex<HostError?>(nil)
    private let ended: @Sendable (NBDConnection, HostError?) -> Void

    /// Serves a backend on a socket; nothing happens before the loop has the connection.
    ///
    /// - Parameters:
    ///   - file: the socket, which this object closes.
    ///   - link: its place in the journal: a new one, or a dead process', which ``resume()`` is to be called for.
    ///   - loop: what reads from it; it outlives the connection.
    ///   - ended: called once on the loop's thread after the last request was read: with why, if nobody asked for it.
    init(
        _ file: CInt,
        link: NBDLink,
        name: String,
        backend: any BlockBackend,
        loop: NBDLoop,
        ended: @escaping @Sendable (NBDConnection, HostError?) -> Void
    ) {
        self.file = file
        self.name = name
        self.pool = loop.pool
        self.id = loop.newID()
        self.backend = backend
        self.loop = loop
        self.link = link
        self.journal = loop.journal
        self.reader = NBDReader(link)
        self.writer = NBDWriter(file: file, link: link, pool: loop.pool)
        self.ended = ended
    }

    deinit {
        _ = Glibc.close(self.file)
    }

    /// Whether no more requests are to be performed.
    var isStopping: Bool { self.stopping.load(ordering: .acquiring) }

    /// Ends it: the loop sees that and lets it go. What is unanswered stays so.
    func stop() {
        self.stopping.store(true, ordering: .releasing)
        _ = shutdown(self.file, CInt(SHUT_RDWR))
    }

    /// Leaves it to a successor as it is, when its loop has ended; the socket stays open as long as the process lives.
    func leave() {
        self.writer.leave()
        // Its place in the journal is not to be given back, nor those of its requests, whatever else of this process is
        // taken down before its end.
        _ = Unmanaged.passRetained(self)
    }

    /// Sends an answer, from any thread.
    func send(_ request: NBDRequest) {
        if self.writer.add(request) { self.send() }
    }

    /// Has a request performed, unless it cannot be; on the loop's thread.
    func perform(_ request: NBDRequest) {
        guard !self.isStopping else { return self.pool.give(request) }
        if request.operation != .flush {
            let size = self.backend.size
            guard request.count <= size, request.offset <= size - request.count else {
                return request.answer(error: request.operation == .write ? ENOSPC : EINVAL)
            }
            if self.backend.isReadOnly, request.operation != .read { return request.answer(error: EROFS) }
        }
        self.backend.perform(request)
    }

    /// Reads and sends what can be; on the loop's thread.
    ///
    /// - Returns: whether the connection goes on.
    func wake(_ events: UInt32) -> Bool {
        guard !self.isStopping else {
            self.end(nil)
            return false
        }
        if events & LOCKER_EPOLL_OUT != 0, self.writer.begin(from: .waiting) {
            self.loop.watch(self, forRoom: false)
            self.send()
        }
        // What is answered while this thread reads is sent at once when it has read.
        let holdsAnswers = self.writer.begin(from: .idle)
        var outcome = NBDReader.Outcome.more
        for _ in 0..<Self.readRounds {
            outcome = self.reader.read(for: self)
            guard case .more = outcome else { break }
        }
        if holdsAnswers { self.send() }
        guard case .ended(let failure) = outcome else { return true }
        self.end(failure)
        return false
    }

    /// A failure of this connection.
    func failure(_ code: CInt, _ note: String) -> HostError {
        HostError(call: "nbd", code: Errno(rawValue: code), object: self.name, note: note)
    }

    /// What it is when the kernel goes without a word.
    var reset: HostError {
        self.failure(ECONNRESET, "the kernel closed the connection")
    }

    /// Sends the rest of an answer that a dead process had begun to send.
    func finishAnswer(_ request: NBDRequest) {
        self.writer.resume(request, sent: request.sentBefore)
        self.send()
    }

    /// Whether answers wait for room in the socket.
    var wantsRoom: Bool { self.writer.isWaiting }

    private func send() {
        switch self.writer.send(rounds: Self.sendRounds) {
        case .done:
            break
        case .later:
            self.loop.watch(self, forRoom: true)
        case .failed(let error):
            // EPIPE says nothing that the reader does not find out, which also knows whether it was announced.
            if error.code != .brokenPipe { self.sendFailure.withLock { $0 = $0 ?? error } }
            _ = shutdown(self.file, CInt(SHUT_RDWR))
        }
    }

    private func end(_ failure: HostError?) {
        self.writer.close()
        self.reader.drop(to: self.pool)
        // The kernel is to know at once, also if a request that is not finished keeps the socket open.
        _ = shutdown(self.file, CInt(SHUT_RDWR))
        let reason = self.sendFailure.withLock { $0 } ?? failure
        self.ended(self, self.isStopping ? nil : reason)
    }
}
