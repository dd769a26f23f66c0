// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Foundation
internal import Glibc
internal import Host
internal import Subprocess
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Real mounts: what is shown where, who may write, and what keeps a mount busy.
@Suite(.timeLimit(.minutes(2)))
struct MountsTests {
    @Test("A filesystem is mounted with its options, and gone after the unmount")
    func mount() async throws {
        try await Scratch.with { scratch in
            let path = try scratch.folder("tm p")
            let options = MountOptions(words: ["noexec,nosuid", "size=64k", "mode=700"])
            try Mounts.mount("scratch", at: path, type: "tmpfs", options: options)
            let entry = try #require(try MountTable.read().entry(at: path))
            #expect(entry.type == "tmpfs" && entry.source == "scratch")
            #expect(Set(entry.options).isSuperset(of: ["rw", "noexec", "nosuid"]))
            #expect(entry.superOptions.contains("size=64k"))
            #expect(try scratch.mode(path) == 0o700)
            try Mounts.unmount(path)
            #expect(try MountTable.read().entry(at: path) == nil)
            try await expectErrno(.invalidArgument) { try Mounts.unmount(path) }
        }
    }

    @Test("An option that the filesystem does not know, or a missing place, is refused and nothing is mounted")
    func refused() async throws {
        try await Scratch.with { scratch in
            let path = try scratch.folder("m")
            let error = try await expectErrno(.invalidArgument) {
                try Mounts.mount("scratch", at: path, type: "tmpfs", options: MountOptions(words: ["flying"]))
            }
            #expect(error.call == "mount" && error.object.contains(path.string))
            try await expectErrno(.noSuchFileOrDirectory) {
                try Mounts.mount("scratch", at: scratch.path("none"), type: "tmpfs", options: MountOptions())
            }
            #expect(try MountTable.read().entry(at: path) == nil)
        }
    }

    @Test("A bind mount shows the same; read-only it refuses writes while the first place takes them")
    func bind() async throws {
        try await Scratch.with { scratch in
            let staged = try scratch.tmpfs("staged")
            try scratch.file("staged/work", "one")
            let open = try scratch.folder("open")
            let closed = try scratch.folder("closed")
            try Mounts.bind(staged, at: open, flags: [])
            try Mounts.bind(staged, at: closed, flags: [.readOnly, .noExecute])
            #expect(try HostFile.read(closed.appending("work")) == Array("one".utf8))
            try await expectErrno(.readOnlyFileSystem) { try HostFile.replace(closed.appending("new"), with: [1]) }
            try HostFile.replace(open.appending("new"), with: [1])
            try HostFile.replace(staged.appending("newer"), with: [2])
            #expect(try HostFile.read(closed.appending("new")) == [1])
            #expect(try HostFile.read(open.appending("newer")) == [2])
            let table = try MountTable.read()
            #expect(table.entry(at: closed)?.isReadOnly == true && table.entry(at: open)?.isReadOnly == false)
            #expect(table.entry(at: closed)?.options.contains("noexec") == true)
            #expect(table.entry(at: open)?.options.contains("noexec") == false)
        }
    }

    @Test("A device file is shown on a file")
    func bindDevice() async throws {
        try await Scratch.with { scratch in
            let device = try scratch.device(size: 4 << 20)
            let target = scratch.path("raw")
            try MountTarget.makeFile(target)
            try Mounts.bind(device.path, at: target, flags: [])
            #expect(try MountTarget.kind(of: target) == .blockDevice)
            #expect(BlockDevice.number(at: target) == BlockDevice.number(at: device.path))
            #expect(BlockDevice.number(at: target) != nil)
            #expect(try BlockDevice(target).size() == 4 << 20)
            try Mounts.unmountAll(target)
            #expect(try MountTarget.kind(of: target) == .file)
        }
    }

    @Test("A bind mount whose flags are refused leaves nothing mounted")
    func bindMissing() async throws {
        try await Scratch.with { scratch in
            let target = try scratch.folder("target")
            try await expectErrno(.noSuchFileOrDirectory) {
                try Mounts.bind(scratch.path("none"), at: target, flags: .readOnly)
            }
            #expect(try MountTable.read().entry(at: target) == nil)
        }
    }

    @Test("What is mounted many times is unmounted whole; what is not mounted, or not there, is done")
    func unmountAll() async throws {
        try await Scratch.with { scratch in
            let staged = try scratch.tmpfs("staged")
            let target = try scratch.folder("target")
            for _ in 0..<5 { try Mounts.bind(staged, at: target, flags: []) }
            #expect(try MountTable.read().entries.count { $0.mountPoint == target } == 5)
            try Mounts.unmountAll(target)
            try Mounts.unmountAll(target)
            #expect(try MountTable.read().entry(at: target) == nil)
            #expect(try MountTable.read().entry(at: staged) != nil)
            try Mounts.unmountAll(scratch.path("none"))
        }
    }

    @Test("A symbolic link at the target is not followed")
    func link() async throws {
        try await Scratch.with { scratch in
            let staged = try scratch.tmpfs("staged")
            let link = scratch.path("link")
            #expect(symlink(staged.string, link.string) == 0)
            try await expectErrno(.invalidArgument) { try Mounts.unmount(link) }
            try Mounts.unmountAll(link)
            #expect(try MountTable.read().entry(at: staged) != nil)
        }
    }

    @Test("A busy mount names the process that holds it, and the mounts within")
    func busy() async throws {
        try await Scratch.with { scratch in
            let staged = try scratch.tmpfs("staged")
            let file = try scratch.file("staged/work")
            let descriptor = try FileDescriptor.open(file, .readOnly)
            let error = try await expectErrno(.resourceBusy) { try Mounts.unmount(staged) }
            #expect(error.note.contains("process \(getpid()) ("), "\(error)")
            try descriptor.close()

            let inner = try scratch.tmpfs("staged/inner")
            let nested = try await expectErrno(.resourceBusy) { try Mounts.unmount(staged) }
            #expect(nested.note.contains("a mount at \(inner)"), "\(nested)")
            try Mounts.unmount(inner)
            try Mounts.unmount(staged)
        }
    }

    @Test("Another process' working directory keeps a mount busy, and is named")
    func busyByOther() async throws {
        try await Scratch.with { scratch in
            let staged = try scratch.tmpfs("staged")
            // cat ends when its input does, which is when this test has seen enough.
            let result = try await Subprocess.run(
                .name("cat"),
                workingDirectory: staged,
                input: .inputWriter,
                output: .discarded,
                error: .discarded
            ) { execution in
                let error = try await expectErrno(.resourceBusy) { try Mounts.unmount(staged) }
                #expect(error.note.contains("process \(execution.processIdentifier.value) (cat)"), "\(error)")
                try await execution.standardInputWriter.finish()
            }
            #expect(result.terminationStatus.isSuccess)
            try Mounts.unmount(staged)
        }
    }

    @Test("A detached mount is out of sight at once, and its open files work on")
    func detach() async throws {
        try await Scratch.with { scratch in
            let staged = try scratch.tmpfs("staged")
            let file = try scratch.file("staged/work", "one")
            let descriptor = try FileDescriptor.open(file, .readOnly)
            try Mounts.detach(staged)
            #expect(try MountTable.read().entry(at: staged) == nil)
            #expect(try MountTarget.kind(of: file) == .missing)
            var buffer = [UInt8](repeating: 0, count: 8)
            #expect(try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) } == 3)
            try descriptor.close()
            try await expectErrno(.invalidArgument) { try Mounts.detach(staged) }
        }
    }

    @Test("Who holds a mount is found without waiting for a server that does not answer")
    func deadServer() async throws {
        try await Scratch.with { scratch in
            let fuse = try FileDescriptor.open("/dev/fuse", .readWrite)
            let dead = try scratch.folder("dead")
            let words = ["fd=\(fuse.rawValue)", "rootmode=40000", "user_id=0", "group_id=0"]
            try Mounts.mount("dead", at: dead, type: "fuse", options: MountOptions(words: words))
            // Opened without a question to the server, which nobody plays: a stat(2) of it would never return.
            let pathOnly: CInt = 0o10_000_000  // O_PATH, which glibc shows with _GNU_SOURCE only.
            let stuck = open(dead.string, pathOnly)
            #expect(stuck >= 0)
            let staged = try scratch.tmpfs("staged")
            let descriptor = try FileDescriptor.open(try scratch.file("staged/work"), .readOnly)
            let error = try await expectErrno(.resourceBusy) { try Mounts.unmount(staged) }
            #expect(error.note.contains("process \(getpid()) ("), "\(error)")
            try descriptor.close()
            _ = close(stuck)
            try fuse.close()
            try Mounts.detach(dead)
        }
    }
}
