// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Foundation
internal import Glibc
internal import Host
internal import SystemPackage
internal import TestSupport
internal import Testing

/// What kubelet names as a target: made, looked at and removed with care.
@Suite(.timeLimit(.minutes(1)))
struct MountTargetTests {
    @Test("What is at a path; a symbolic link is never taken for what it points to")
    func kinds() async throws {
        try await Scratch.with { scratch in
            let folder = try scratch.folder("folder")
            let file = try scratch.file("file")
            let link = scratch.path("link")
            #expect(symlink(folder.string, link.string) == 0)
            #expect(mkfifo(scratch.path("fifo").string, 0o600) == 0)
            #expect(try MountTarget.kind(of: folder) == .directory)
            #expect(try MountTarget.kind(of: file) == .file)
            #expect(try MountTarget.kind(of: link) == .other)
            #expect(try MountTarget.kind(of: scratch.path("fifo")) == .other)
            #expect(try MountTarget.kind(of: scratch.path("none")) == .missing)
            #expect(try MountTarget.kind(of: scratch.path("none/none")) == .missing)
            #expect(try MountTarget.kind(of: scratch.device(size: 1 << 20).path) == .blockDevice)
            try await expectErrno(.notDirectory) { try MountTarget.kind(of: file.appending("x")) }
        }
    }

    @Test("Directories are made with those above them, again without harm")
    func directory() async throws {
        try await Scratch.with { scratch in
            let path = scratch.path("a/b/c")
            try MountTarget.makeDirectory(path)
            try MountTarget.makeDirectory(path)
            #expect(try MountTarget.kind(of: path) == .directory)
            #expect(try scratch.mode(path) & 0o027 == 0)
            let own = scratch.path("own")
            try MountTarget.makeDirectory(own, mode: 0o700)
            #expect(try scratch.mode(own) == 0o700)
        }
    }

    @Test("A file, a link to a directory, or a dangling one in the directory's place is refused")
    func noDirectory() async throws {
        try await Scratch.with { scratch in
            let file = try scratch.file("file", "work")
            let link = scratch.path("link")
            let dangling = scratch.path("dangling")
            #expect(symlink(try scratch.folder("folder").string, link.string) == 0)
            #expect(symlink("/nowhere/at/all", dangling.string) == 0)
            try await expectErrno(.notDirectory) { try MountTarget.makeDirectory(file) }
            for path in [link, dangling] {
                try await expectErrno(.tooManySymbolicLinkLevels) { try MountTarget.makeDirectory(path) }
            }
            try await expectErrno(.fileExists) { try MountTarget.makeFile(link) }
            try await expectErrno(.fileExists) { try MountTarget.makeFile(dangling) }
            try await expectErrno(.fileExists) { try MountTarget.makeFile(scratch.path("folder")) }
            #expect(try HostFile.read(file) == Array("work".utf8))
        }
    }

    @Test("An empty file is made for a device, again without harm")
    func makeFile() async throws {
        try await Scratch.with { scratch in
            let path = scratch.path("pods/x/volume")
            try MountTarget.makeFile(path)
            try MountTarget.makeFile(path)
            #expect(try MountTarget.kind(of: path) == .file)
            #expect(try scratch.status(path).st_size == 0)
        }
    }

    @Test("Only what is empty is removed; what somebody wrote beneath stays")
    func remove() async throws {
        try await Scratch.with { scratch in
            let folder = try scratch.folder("full")
            try scratch.file("full/work", "one")
            let file = try scratch.file("file", "two")
            try await expectErrno(.directoryNotEmpty) { try MountTarget.remove(folder) }
            try await expectErrno(.directoryNotEmpty) { try MountTarget.remove(file) }
            #expect(try HostFile.read(folder.appending("work")) == Array("one".utf8))
            let link = scratch.path("link")
            #expect(symlink(try scratch.folder("empty").string, link.string) == 0)
            try await expectErrno(.invalidArgument) { try MountTarget.remove(link) }
            let mounted = try scratch.tmpfs("mounted")
            try await expectErrno(.resourceBusy) { try MountTarget.remove(mounted) }
            try Mounts.unmount(mounted)
            for path in [mounted, scratch.path("empty"), try scratch.file("nothing"), scratch.path("none")] {
                try MountTarget.remove(path)
                try MountTarget.remove(path)
                #expect(try MountTarget.kind(of: path) == .missing)
            }
        }
    }
}
