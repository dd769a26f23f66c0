// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// What goes out on a connection: answers, sent by one thread at a time, many by one call.
///
/// Whoever finishes a request while nobody sends becomes the one who sends; who finishes one meanwhile leaves it to that
/// thread. No lock is held during a call, and nobody waits: what the socket does not take is sent by the connection's
/// thread when it does.
///
/// `@unchecked Sendable`: `batch`, `first`, `sent` and `parts` belong to the thread that has made the role ``Role/busy``.
final class NBDWriter: @unchecked Sendable {
    /// Who sends.
    enum Role {
        /// Nobody: there is nothing to send.
        case idle
        /// A thread.
        case busy
        /// The connection's thread, when the socket has room.
        case waiting
        /// Nobody any more.
        case closed
        /// Nobody in this process: its successor does.
        case left
    }

    /// How sending went.
    enum Outcome {
        /// All is sent, or nothing is to be sent any more.
        case done
        /// The rest is to be sent when the socket has room: the role is ``Role/waiting``.
        case later
        /// The connection is broken, and everything unsent was let go.
        case failed(HostError)
    }

    private struct State {
        var role = Role.idle
        var pending: [NBDRequest] = []
    }

    private static let mostParts = 64

    private let file: CInt
    private let link: NBDLink
    private let pool: RequestPool<NBDRequest>
    private let state = Mutex(State())
    private var batch: [NBDRequest] = []
    private var first = 0
    private var sent = 0
    private let parts: UnsafeMutablePointer<iovec>

    init(file: CInt, link: NBDLink, pool: RequestPool<NBDRequest>) {
        self.file = file
        self.link = link
        self.pool = pool
        self.parts = .allocate(capacity: Self.mostParts)
    }

    deinit {
        self.parts.deallocate()
    }

    /// Queues an answer.
    ///
    /// - Returns: whether the caller is the one who sends now, by ``send(_:)``.
    func add(_ request: NBDRequest) -> Bool {
        let role = self.state.withLock { state -> Role in
            defer { if state.role == .idle { state.role = .busy } }
            if state.role != .closed, state.role != .left { state.pending.append(request) }
            return state.role
        }
        if role == .closed { self.pool.give(request) }
        // As its connection: NBDConnection.leave().
        if role == .left { _ = Unmanaged.passRetained(request) }
        return role == .idle
    }

    /// Goes on with an answer that a dead process has sent part of, before anything is added; the caller is the one who
    /// sends now.
    func resume(_ request: NBDRequest, sent: Int) {
        self.batch = [request]
        self.sent = sent
        self.state.withLock { $0.role = .busy }
    }

    /// Whether what is queued waits for room.
    var isWaiting: Bool { self.state.withLock { $0.role == .waiting } }

    /// Makes the caller the one who sends if `role` is what it was.
    func begin(from role: Role) -> Bool {
        self.state.withLock { state in
            guard state.role == role else { return false }
            state.role = .busy
            return true
        }
    }

    /// Sends what is queued, until there is none or `rounds` calls were made; by the thread that has the role.
    func send(rounds: Int) -> Outcome {
        for _ in 0..<rounds {
            if self.first == self.batch.count, !self.refill() { return .done }
            do throws(HostError) {
                try self.sendOnce()
            } catch {
                guard error.code == .wouldBlock else {
                    self.close()
                    self.dropBatch()
                    return .failed(error)
                }
                break
            }
        }
        let isClosed = self.state.withLock { state in
            if state.role == .busy { state.role = .waiting }
            return state.role == .closed
        }
        guard isClosed else { return .later }
        self.dropBatch()
        return .done
    }

    /// Leaves what is not sent to a successor; waits until nobody sends. What is finished later is not heard of.
    func leave() {
        while true {
            let isLeft = self.state.withLock { state in
                guard state.role != .busy else { return false }
                if state.role != .closed { state.role = .left }
                return true
            }
            if isLeft { return }
            // It is in a call that waits for nothing.
            usleep(100)
        }
    }

    /// Sends nothing more: what is queued is let go, and what is finished later too.
    func close() {
        let (before, pending) = self.state.withLock { state in
            defer {
                state.role = .closed
                state.pending = []
            }
            return (state.role, state.pending)
        }
        for request in pending { self.pool.give(request) }
        // A thread that has the role sees that it is closed when it asks for more.
        if before == .waiting { self.dropBatch() }
    }

    private func refill() -> Bool {
        self.batch.removeAll(keepingCapacity: true)
        self.first = 0
        self.sent = 0
        return self.state.withLock { state in
            guard state.role == .busy else { return false }
            guard !state.pending.isEmpty else {
                state.role = .idle
                return false
            }
            swap(&state.pending, &self.batch)
            return true
        }
    }

    private func sendOnce() throws(HostError) {
        var count = 0
        while count < Self.mostParts, self.first + count < self.batch.count {
            let request = self.batch[self.first + count]
            let skipped = count == 0 ? self.sent : 0
            self.parts[count] = iovec(iov_base: request.answer + skipped, iov_len: request.answerCount - skipped)
            count += 1
        }
        // A successor cannot know what became of these if the process is killed before the end of this.
        self.link.isSending = true
        defer { self.link.isSending = false }
        var taken = try systemCall("sendmsg", "an nbd connection") {
            locker_send(self.file, self.parts, CInt(count))
        }
        while taken > 0 {
            let request = self.batch[self.first]
            let rest = request.answerCount - self.sent
            guard taken >= rest else {
                self.sent += taken
                request.note(sent: self.sent)
                return
            }
            taken -= rest
            self.sent = 0
            self.first += 1
            self.pool.give(request)
        }
    }

    private func dropBatch() {
        for request in self.batch[self.first...] { self.pool.give(request) }
        self.batch.removeAll()
        self.first = 0
        self.sent = 0
    }
}
