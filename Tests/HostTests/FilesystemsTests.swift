// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Host
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Filesystems of both kinds on a device of the test's own.
@Suite(.timeLimit(.minutes(2)))
struct FilesystemsTests {
    /// One of each test's own: the kernel does not mount two XFS with one UUID.
    private let uuid = UUID().uuidString.lowercased()

    /// Lends a device with a filesystem on it.
    private func withFilesystem(
        _ type: FilesystemType,
        size: Int64 = 512 << 20,
        options: [String] = [],
        _ body: (Scratch, LoopDevice) async throws -> Void
    ) async throws {
        try await Scratch.with { scratch in
            let device = try scratch.device(size: size)
            try await Filesystems.make(type, on: device.path, uuid: self.uuid, extraOptions: options)
            try await body(scratch, device)
        }
    }

    private func mount(_ device: LoopDevice, _ type: FilesystemType, _ scratch: Scratch) throws -> FilePath {
        let target = try scratch.folder("mnt")
        try Mounts.mount(device.path, at: target, type: type.rawValue, options: MountOptions())
        return target
    }

    @Test(
        "A filesystem is made with its UUID, found by its signature, checked, mounted and written",
        arguments: FilesystemType.allCases
    )
    func make(_ type: FilesystemType) async throws {
        try await self.withFilesystem(type) { scratch, device in
            let signature = try #require(try await FilesystemSignature.probe(device.path))
            #expect(signature.type == type.rawValue && signature.uuid == self.uuid)
            #expect(try await Filesystems.check(type, on: device.path) == .sound)
            let target = try self.mount(device, type, scratch)
            try HostFile.replace(target.appending("homework"), with: [1, 2, 3])
            try Mounts.unmount(target)
            #expect(try await Filesystems.check(type, on: device.path) == .sound)
            _ = try self.mount(device, type, scratch)
            #expect(try HostFile.read(target.appending("homework")) == [1, 2, 3])
        }
    }

    @Test("Made once more under the same UUID, as after a mkfs that was cut short", arguments: FilesystemType.allCases)
    func again(_ type: FilesystemType) async throws {
        try await self.withFilesystem(type) { scratch, device in
            try await Filesystems.make(type, on: device.path, uuid: self.uuid, extraOptions: [])
            #expect(try await FilesystemSignature.probe(device.path)?.uuid == self.uuid)
            _ = try self.mount(device, type, scratch)
        }
    }

    @Test(
        "The class' own options reach mkfs, and what mkfs says of bad ones is told",
        arguments: FilesystemType.allCases
    )
    func options(_ type: FilesystemType) async throws {
        let label = ["-L", "term2026"]
        try await self.withFilesystem(type, options: label) { scratch, device in
            // Both tools print the label they find.
            let (tool, arguments) = type == .ext4 ? ("e2label", []) : ("xfs_admin", ["-l"])
            let said = try await command(tool, arguments + [device.path.string])
            #expect(said.contains("term2026"), "\(said)")
            let error = try await expectErrno(.ioError) {
                try await Filesystems.make(type, on: device.path, uuid: self.uuid, extraOptions: ["-Z"])
            }
            #expect(error.call == "mkfs.\(type.rawValue)" && error.note.contains("invalid option"), "\(error)")
            _ = scratch
        }
    }

    @Test("An empty device has no signature; one that cannot be read is not taken for empty")
    func probe() async throws {
        try await Scratch.with { scratch in
            let device = try scratch.device(size: 8 << 20)
            #expect(try await FilesystemSignature.probe(device.path) == nil)
            let handle = try FileDescriptor.open(device.path, .readWrite)
            try handle.writeAll(
                toAbsoluteOffset: 0,
                Array("LUKS".utf8) + [0xba, 0xbe, 0, 1] + [UInt8](repeating: 0, count: 504)
            )
            try handle.close()
            #expect(try await FilesystemSignature.probe(device.path)?.type == "crypto_LUKS")
        }
    }

    @Test("A damaged ext4 is left to a person, and one that was not unmounted is put right")
    func check() async throws {
        try await self.withFilesystem(.ext4, size: 64 << 20) { scratch, device in
            // Not unmounted, and with a wrong count of free blocks, as a crash leaves it: e2fsck -p corrects that.
            try await self.edit(device, "ssv free_blocks_count 1", "ssv state 0")
            #expect(try await command("dumpe2fs", ["-h", device.path.string]).contains("not clean"))
            #expect(try await Filesystems.check(.ext4, on: device.path) == .sound)
            let header = try await command("dumpe2fs", ["-h", device.path.string])
            #expect(!header.contains("not clean"), "\(header)")
            // A root directory that is gone is more than -p dares.
            try await self.edit(device, "clri <2>", "ssv state 0")
            guard case .damaged(let words) = try await Filesystems.check(.ext4, on: device.path) else {
                Issue.record("a root directory that is gone counts as sound")
                return
            }
            #expect(words.contains("UNEXPECTED INCONSISTENCY"), "\(words)")
            _ = scratch
        }
    }

    private func edit(_ device: LoopDevice, _ requests: String...) async throws {
        for request in requests { try await command("debugfs", ["-w", "-R", request, device.path.string]) }
    }

    @Test("A grown device is seen to need growth; XFS grows while it is mounted, with its files")
    func growXFS() async throws {
        try await self.withFilesystem(.xfs) { scratch, device in
            let target = try self.mount(device, .xfs, scratch)
            try HostFile.replace(target.appending("homework"), with: [1, 2, 3])
            #expect(try await self.needsGrowth(.xfs, device, target) == false)
            let before = try FilesystemUsage(of: target)
            try scratch.grow(device, to: 1 << 30)
            #expect(try await self.needsGrowth(.xfs, device, target))
            try await Filesystems.grow(.xfs, on: device.path, mountedAt: target)
            #expect(try await self.needsGrowth(.xfs, device, target) == false)
            try await Filesystems.grow(.xfs, on: device.path, mountedAt: target)
            let after = try FilesystemUsage(of: target)
            #expect(after.totalBytes >= before.totalBytes + (500 << 20))
            #expect(try HostFile.read(target.appending("homework")) == [1, 2, 3])
        }
    }

    /// The kernel lets only who has CAP_SYS_RESOURCE grow a mounted ext4, which root does not have on every machine:
    /// here it either grows or is refused for that very reason, and unmounted it grows everywhere.
    @Test("A grown device is seen to need growth; ext4 too")
    func growExt4() async throws {
        try await self.withFilesystem(.ext4) { scratch, device in
            let target = try self.mount(device, .ext4, scratch)
            #expect(try await self.needsGrowth(.ext4, device, target) == false)
            try scratch.grow(device, to: 1 << 30)
            #expect(try await self.needsGrowth(.ext4, device, target))
            do {
                try await Filesystems.grow(.ext4, on: device.path, mountedAt: target)
                #expect(try await self.needsGrowth(.ext4, device, target) == false)
            } catch let error as HostError {
                #expect(error.call == "resize2fs" && error.note.contains("Permission denied to resize"), "\(error)")
                #expect(try await self.needsGrowth(.ext4, device, target))
                try Mounts.unmount(target)
                try await command("e2fsck", ["-f", "-p", device.path.string])
                try await Filesystems.grow(.ext4, on: device.path, mountedAt: target)
                _ = try self.mount(device, .ext4, scratch)
                #expect(try await self.needsGrowth(.ext4, device, target) == false)
            }
        }
    }

    @Test("A device that is larger by less than the tools use needs no growth", arguments: FilesystemType.allCases)
    func little(_ type: FilesystemType) async throws {
        try await self.withFilesystem(type) { scratch, device in
            let target = try self.mount(device, type, scratch)
            try scratch.grow(device, to: (512 << 20) + 3584)
            #expect(try await self.needsGrowth(type, device, target) == false)
        }
    }

    private func needsGrowth(_ type: FilesystemType, _ device: LoopDevice, _ target: FilePath) async throws -> Bool {
        let size = try BlockDevice(device.path).size()
        return try await Filesystems.needsGrowth(type, mountedAt: target, on: device.path, deviceSize: size)
    }

    @Test("What a filesystem holds, in bytes and files", arguments: FilesystemType.allCases)
    func usage(_ type: FilesystemType) async throws {
        try await self.withFilesystem(type) { scratch, device in
            let target = try self.mount(device, type, scratch)
            let before = try FilesystemUsage(of: target)
            #expect(before.totalBytes > 400 << 20 && before.totalBytes <= 512 << 20)
            #expect(before.usedBytes + before.availableBytes <= before.totalBytes)
            try HostFile.replace(target.appending("homework"), with: [UInt8](repeating: 1, count: 8 << 20))
            let after = try FilesystemUsage(of: target)
            #expect(after.usedBytes - before.usedBytes >= 8 << 20)
            #expect(after.usedBytes - before.usedBytes < 9 << 20)
            #expect(before.availableBytes - after.availableBytes >= 8 << 20)
            #expect(after.usedInodes == before.usedInodes + 1)
            #expect(after.usedInodes + after.availableInodes <= after.totalInodes)
            #expect(after.totalBytes == before.totalBytes)
            try await expectErrno(.noSuchFileOrDirectory) { try FilesystemUsage(of: target.appending("none")) }
            // No blocks are kept back for root on a student's volume.
            // (The kernel itself reserves two hundredths of an ext4, and mkfs would by itself take five more for root.)
            #expect(after.usedBytes + after.availableBytes >= after.totalBytes / 100 * 97)
        }
    }
}
