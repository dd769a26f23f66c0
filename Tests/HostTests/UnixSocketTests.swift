// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Foundation
internal import Glibc
internal import Host
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A Unix socket's file: who is behind it, and who may come to it.
@Suite(.timeLimit(.minutes(1)))
struct UnixSocketTests {
    @Test("Nothing there, somebody there, nobody there any more, and something else")
    func state() async throws {
        try await Scratch.with { scratch in
            let path = scratch.path("s.sock")
            #expect(try UnixSocket.state(of: path) == .missing)
            let socket = try UnixSocket.listen(at: path)
            #expect(try UnixSocket.state(of: path) == .served)
            try await expectErrno(.addressInUse) { try UnixSocket.listen(at: path) }
            #expect(close(socket) == 0)
            // A process that another test is just starting has this one's descriptors until it has become its own program.
            try await eventually("nobody listens") { try UnixSocket.state(of: path) == .stale }
            // A stale one is its successor's to remove.
            try await expectErrno(.addressInUse) { try UnixSocket.listen(at: path) }
            try UnixSocket.remove(path)
            try UnixSocket.remove(path)
            #expect(try UnixSocket.state(of: path) == .missing)
            #expect(try UnixSocket.state(of: scratch.file("file")) == .notASocket)
            #expect(try UnixSocket.state(of: scratch.directory) == .notASocket)
            let link = scratch.path("link")
            #expect(symlink(path.string, link.string) == 0)
            #expect(try UnixSocket.state(of: link) == .notASocket)
        }
    }

    @Test("Its owner's alone from the first moment that it can be seen")
    func mode() async throws {
        try await Scratch.with { scratch in
            let path = scratch.path("s.sock")
            let isOver = Mutex(false)
            let seen = Mutex<[mode_t: Int]>([:])
            // A thread that looks as fast as it can, while the socket comes and goes.
            let observer = Thread {
                while !isOver.withLock({ $0 }) {
                    var status = stat()
                    guard lstat(path.string, &status) == 0 else { continue }
                    seen.withLock { $0[status.st_mode & 0o7777, default: 0] += 1 }
                }
            }
            observer.start()
            var rounds = 0
            while rounds < 500 || seen.withLock({ $0.isEmpty }) {
                let socket = try UnixSocket.listen(at: path)
                #expect(try scratch.mode(path) == 0o600)
                _ = close(socket)
                try UnixSocket.remove(path)
                rounds += 1
            }
            isOver.withLock { $0 = true }
            let modes = seen.withLock { $0 }
            #expect(Set(modes.keys) == [0o600], "\(modes)")
        }
    }

    @Test("A path that is too long or has no directory is refused")
    func refused() async throws {
        try await Scratch.with { scratch in
            let long = scratch.path(String(repeating: "x", count: 120))
            try await expectErrno(.fileNameTooLong) { try UnixSocket.listen(at: long) }
            try await expectErrno(.noSuchFileOrDirectory) { try UnixSocket.listen(at: scratch.path("none/s")) }
        }
    }
}
