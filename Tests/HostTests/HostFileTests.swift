// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Foundation
internal import Glibc
internal import Host
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Small files: read whole, replaced whole.
@Suite(.timeLimit(.minutes(1)))
struct HostFileTests {
    @Test("A file is replaced as a whole, with mode 0600, whatever it had before", arguments: [0, 1, 16384, 100_000])
    func replace(_ count: Int) async throws {
        try await Scratch.with { scratch in
            let path = scratch.path("state")
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            try HostFile.replace(path, with: bytes)
            #expect(try HostFile.read(path) == bytes)
            #expect(try scratch.mode(path) == 0o600)
            #expect(chmod(path.string, 0o666) == 0)
            try HostFile.replace(path, with: [7])
            #expect(try HostFile.read(path) == [7])
            #expect(try scratch.mode(path) == 0o600)
            #expect(HostFile.names(in: scratch.directory) == ["state"])
        }
    }

    @Test("What a process that was killed in between left is no hindrance, and never seen")
    func leftover() async throws {
        try await Scratch.with { scratch in
            let path = scratch.path("state")
            try HostFile.replace(path, with: [1])
            try scratch.file("state.new", "half of something long that was never finished")
            #expect(try HostFile.read(path) == [1])
            try HostFile.replace(path, with: [2])
            #expect(try HostFile.read(path) == [2])
            #expect(HostFile.names(in: scratch.directory) == ["state"])
        }
    }

    @Test("A reader sees the old content or the new, never a part")
    func atomic() async throws {
        try await Scratch.with { scratch in
            let path = scratch.path("state")
            let contents = [[UInt8](repeating: 1, count: 50_000), [UInt8](repeating: 2, count: 70_000)]
            try HostFile.replace(path, with: contents[0])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for round in 0..<100 { try HostFile.replace(path, with: contents[round % 2]) }
                }
                group.addTask {
                    for _ in 0..<500 {
                        let content = try HostFile.read(path)
                        #expect(contents.contains(content))
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("A link laid in the temporary file's place is not written through")
    func link() async throws {
        try await Scratch.with { scratch in
            let victim = try scratch.file("victim", "untouched")
            #expect(symlink(victim.string, scratch.path("state.new").string) == 0)
            try await expectErrno(.tooManySymbolicLinkLevels) { try HostFile.replace(scratch.path("state"), with: [1]) }
            #expect(try HostFile.read(victim) == Array("untouched".utf8))
        }
    }

    @Test("What is not there: read, looked for, removed")
    func missing() async throws {
        try await Scratch.with { scratch in
            let path = scratch.path("none")
            try await expectErrno(.noSuchFileOrDirectory) { try HostFile.read(path) }
            #expect(try HostFile.readIfPresent(path) == nil)
            #expect(HostFile.line(path) == nil)
            try HostFile.remove(path)
            try HostFile.replace(path, with: [])
            #expect(try HostFile.readIfPresent(path) == [])
            try HostFile.remove(path)
            #expect(try MountTarget.kind(of: path) == .missing)
            // Only absence is taken for absence.
            try await expectErrno(.isDirectory) { try HostFile.readIfPresent(scratch.directory) }
            #expect(HostFile.names(in: path).isEmpty)
        }
    }

    @Test("Files of /proc and /sys are read to their end, and a first line without what surrounds it")
    func kernel() async throws {
        #expect(try HostFile.read("/proc/self/maps").count > 16384)
        #expect(try HostFile.read("/proc/self/comm").last == 10)
        try await Scratch.with { scratch in
            #expect(HostFile.line(try scratch.file("a", "  some words \nmore\n")) == "some words")
            #expect(HostFile.line(try scratch.file("b", "")) == "")
            let path = try scratch.file("c", "old content")
            try HostFile.write("new", to: path)
            // One write(2) and no truncation, as /sys wants it.
            #expect(try HostFile.read(path) == Array("new content".utf8))
            try await expectErrno(.noSuchFileOrDirectory) { try HostFile.write("x", to: scratch.path("none")) }
        }
        let boot = try BootID.current()
        #expect(UUID(uuidString: boot) != nil, "\(boot)")
        #expect(try BootID.current() == boot)
    }
}
