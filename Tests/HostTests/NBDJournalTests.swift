// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import Host
internal import SystemPackage
internal import TestSupport
internal import Testing

/// What a process leaves in the journal, and its successor makes of it.
@Suite(.timeLimit(.minutes(1)))
struct NBDJournalTests {
    /// A process' part: a reactor with a server, which ends without having answered.
    private final class Life {
        let reactor: NBDReactor
        let backend: MemoryBackend
        let server: NBDServer

        init(after journal: CInt? = nil, order: MemoryBackend.Order = .held) throws {
            self.reactor = try NBDReactor(threads: 1, journal: try journal.map { try NBDJournal(adopting: dup($0)) })
            self.backend = MemoryBackend(size: 4 << 20, order: order)
            self.server = NBDServer(self.backend, on: self.reactor, name: "volume") { _ in }
        }
    }

    private static func send(_ bytes: [UInt8], to socket: CInt) {
        #expect(Glibc.send(socket, bytes, bytes.count, 0) == bytes.count)
    }

    private static func answers(_ socket: CInt) -> Int {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(socket, &buffer, buffer.count, CInt(MSG_DONTWAIT))
        return max(0, count) / 16
    }

    @Test("A write that was read and not answered is done by the successor, and one that came in part is read on")
    func resumed() async throws {
        let (kernel, socket) = try socketPair()
        let first = try Life()
        let (whole, cut) = (randomBytes(4096), randomBytes(300_000))
        let second = NBDPeer.request(LOCKER_NBD_WRITE, handle: 2, offset: 65536, count: 300_000, data: cut)
        try first.server.serve(dup(socket))
        Self.send(NBDPeer.request(LOCKER_NBD_WRITE, handle: 1, offset: 512, count: 4096, data: whole), to: kernel)
        Self.send(Array(second[..<150_000]), to: kernel)
        try await eventually("the first one is under way") {
            first.backend.inFlight == 1 && locker_waiting(socket) == 0
        }
        first.reactor.leave()

        let next = try Life(after: first.reactor.journal.file, order: .atOnce)
        #expect(try next.server.resume(on: dup(socket)) == 1)
        #expect(next.backend.holds(whole, at: 512))
        Self.send(Array(second[150_000...]), to: kernel)
        try await eventually("the second one is done") { next.backend.holds(cut, at: 65536) }
        var answers = 0
        try await eventually("both are answered") {
            answers += Self.answers(kernel)
            return answers == 2
        }
        // The first life's answers go nowhere.
        first.backend.release()
        try await Task.sleep(for: .milliseconds(50))
        #expect(Self.answers(kernel) == 0)
        await next.server.stop()
        next.reactor.stop()
        for file in [kernel, socket] { close(file) }
    }

    @Test("What is left of a connection that was given another socket is done by nobody")
    func stale() async throws {
        let (kernel, socket) = try socketPair()
        let first = try Life()
        try first.server.serve(dup(socket))
        let request = NBDPeer.request(LOCKER_NBD_WRITE, handle: 1, offset: 0, count: 512, data: randomBytes(512))
        Self.send(request, to: kernel)
        try await eventually("it is under way") { first.backend.inFlight == 1 }
        first.reactor.leave()

        // The kernel has been given another socket, and has sent the write again on that.
        let (otherKernel, otherSocket) = try socketPair()
        let second = try Life(after: first.reactor.journal.file, order: .atOnce)
        try second.server.serve(dup(otherSocket))
        Self.send(request, to: otherKernel)
        try await eventually("it is done") { second.backend.count == 1 }
        second.reactor.leave()

        let third = try Life(after: first.reactor.journal.file)
        #expect(try third.server.resume(on: dup(otherSocket)) == 0)
        #expect(third.backend.count == 0)
        await third.server.stop()
        third.reactor.stop()
        first.backend.release()
        for file in [kernel, socket, otherKernel, otherSocket] { close(file) }
    }

    @Test("Without a place in the journal or a socket that lives nothing is gone on with; not any file is a journal")
    func unknown() async throws {
        let life = try Life()
        let (kernel, socket) = try socketPair()
        #expect(try life.server.resume(on: dup(socket)) == nil)
        try life.server.serve(dup(socket))
        life.reactor.leave()
        close(kernel)
        let next = try Life(after: life.reactor.journal.file)
        #expect(try next.server.resume(on: dup(socket)) == nil)
        next.reactor.stop()
        close(socket)

        for size in [0, 4096, 1 << 40] {
            let file = locker_memory_file("stranger")
            #expect(ftruncate(file, size) == 0)
            try await expectErrno(Errno(rawValue: EPROTO)) { try NBDJournal(adopting: file) }
        }
    }
}
