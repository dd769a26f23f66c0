// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Foundation
internal import Glibc
internal import Host
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A volume given to a pod's group.
@Suite(.timeLimit(.minutes(1)))
struct GroupOwnershipTests {
    private static let group: UInt32 = 54_321

    @Test("Every file is the group's to read and write, every directory hands the group on; links are not followed")
    func apply() async throws {
        try await Scratch.with { scratch in
            let root = try scratch.tmpfs("volume")
            let outside = try scratch.file("outside", "not the student's")
            #expect(chmod(outside.string, 0o600) == 0)
            _ = try scratch.folder("outside-folder")
            let deep = try scratch.folder("volume/a/b/c")
            let file = try scratch.file("volume/a/b/c/work")
            let program = try scratch.file("volume/run")
            #expect(
                chmod(file.string, 0o600) == 0 && chmod(program.string, 0o4755) == 0 && chmod(deep.string, 0o700) == 0
            )
            let link = root.appending("link")
            let folderLink = root.appending("folder-link")
            #expect(symlink(outside.string, link.string) == 0)
            #expect(symlink(scratch.path("outside-folder").string, folderLink.string) == 0)
            #expect(mkfifo(root.appending("fifo").string, 0o600) == 0)

            try GroupOwnership.apply(group: Self.group, to: root)
            for path in [root, root.appending("a"), deep] {
                let status = try scratch.status(path)
                #expect(status.st_gid == Self.group && status.st_mode & (S_ISGID | 0o070) == S_ISGID | 0o070, "\(path)")
            }
            #expect(try scratch.mode(file) == 0o660 && scratch.status(file).st_gid == Self.group)
            #expect(try scratch.mode(program) == 0o4775)
            #expect(try scratch.status(link).st_gid == Self.group)
            #expect(try scratch.status(root.appending("fifo")).st_gid == Self.group)
            #expect(try scratch.mode(root.appending("fifo")) == 0o600)
            #expect(try scratch.mode(outside) == 0o600)
            for path in [outside, scratch.path("outside-folder")] {
                #expect(try scratch.status(path).st_gid == getgid(), "\(path)")
            }
            // Owners stay as they are.
            #expect(try scratch.status(file).st_uid == getuid())
        }
    }

    @Test("Another filesystem within the volume is not entered")
    func otherFilesystem() async throws {
        try await Scratch.with { scratch in
            let root = try scratch.tmpfs("volume")
            let inner = try scratch.tmpfs("volume/inner")
            let file = try scratch.file("volume/inner/work")
            try GroupOwnership.apply(group: Self.group, to: root)
            #expect(try scratch.status(root).st_gid == Self.group)
            #expect(try scratch.status(inner).st_gid == 0)
            #expect(try scratch.status(file).st_gid == 0)
        }
    }

    @Test("A root that is right says that all below is; one that is not has everything done again")
    func again() async throws {
        try await Scratch.with { scratch in
            let root = try scratch.tmpfs("volume")
            try GroupOwnership.apply(group: Self.group, to: root)
            // A student's own doings below are left alone from then on.
            let own = try scratch.file("volume/own")
            #expect(chown(own.string, 0, 77) == 0)
            try GroupOwnership.apply(group: Self.group, to: root)
            #expect(try scratch.status(own).st_gid == 77)
            // The root is changed last: with a root as before, a walk that was cut short is done again.
            #expect(chown(root.string, 0, 0) == 0)
            try GroupOwnership.apply(group: Self.group, to: root)
            #expect(try scratch.status(own).st_gid == Self.group)
            try GroupOwnership.apply(group: Self.group + 1, to: root)
            #expect(try scratch.status(own).st_gid == Self.group + 1)
        }
    }

    @Test("A walk that fails half-way leaves the root as it was")
    func cutShort() async throws {
        try await Scratch.with { scratch in
            let root = try scratch.tmpfs("volume")
            let stubborn = try scratch.file("volume/stubborn")
            try await command("chattr", ["+i", stubborn.string])
            try await expectErrno(.notPermitted) { try GroupOwnership.apply(group: Self.group, to: root) }
            #expect(try scratch.status(root).st_gid == 0)
            try await command("chattr", ["-i", stubborn.string])
            try GroupOwnership.apply(group: Self.group, to: root)
            #expect(try scratch.status(stubborn).st_gid == Self.group)
            #expect(try scratch.status(root).st_gid == Self.group)
        }
    }

    @Test("What is not there is said")
    func missing() async throws {
        try await Scratch.with { scratch in
            try await expectErrno(.noSuchFileOrDirectory) {
                try GroupOwnership.apply(group: Self.group, to: scratch.path("none"))
            }
        }
    }
}
