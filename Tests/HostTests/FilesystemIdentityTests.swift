// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Host
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A filesystem that is a copy of another one gets a UUID of its own.
@Suite(.timeLimit(.minutes(2)))
struct FilesystemIdentityTests {
    private let uuid = UUID().uuidString.lowercased()
    private let other = UUID().uuidString.lowercased()

    /// Lends a mounted filesystem with a file in it, and a device with a copy of it as it was while it was mounted.
    private func withCopy(
        _ type: FilesystemType,
        options: [String] = [],
        _ body: (Scratch, LoopDevice) async throws -> Void
    ) async throws {
        try await Scratch.with { scratch in
            let size: Int64 = 320 << 20
            let device = try scratch.device("original", size: size)
            try await Filesystems.make(type, on: device.path, uuid: self.uuid, extraOptions: options)
            let target = try scratch.folder("mnt")
            try Mounts.mount(device.path, at: target, type: type.rawValue, options: MountOptions())
            for index in 0..<20 {
                try HostFile.replace(target.appending("homework-\(index)"), with: [1, 2, UInt8(index)])
            }
            let copy = try scratch.device("copy", size: size)
            // What is synced but in the log only is what a snapshot of a volume in use holds.
            try Data(contentsOf: URL(fileURLWithPath: scratch.path("original").string))
                .write(to: URL(fileURLWithPath: scratch.path("copy").string), options: [])
            try await body(scratch, copy)
        }
    }

    private func expectWhole(_ type: FilesystemType, _ copy: LoopDevice, _ scratch: Scratch) async throws {
        let signature = try await FilesystemSignature.probe(copy.path)
        #expect(signature?.uuid == self.other && signature?.type == type.rawValue)
        #expect(try await Filesystems.check(type, on: copy.path) == .sound)
        let target = try scratch.folder("copied")
        try Mounts.mount(copy.path, at: target, type: type.rawValue, options: MountOptions())
        for index in 0..<20 {
            #expect(try HostFile.read(target.appending("homework-\(index)")) == [1, 2, UInt8(index)])
        }
        try HostFile.replace(target.appending("more"), with: [3])
        try Mounts.unmount(target)
    }

    @Test(
        "A copy of a mounted filesystem is mounted beside it, whole, under the UUID it was given",
        arguments: FilesystemType.allCases
    )
    func copied(_ type: FilesystemType) async throws {
        try await self.withCopy(type) { scratch, copy in
            #expect(try await Filesystems.check(type, on: copy.path) == .sound)
            try await Filesystems.setUUID(type, on: copy.path, to: self.other)
            // As after an attempt that was cut short.
            try await Filesystems.setUUID(type, on: copy.path, to: self.other)
            try await self.expectWhole(type, copy, scratch)
        }
    }

    @Test(
        "An ext4 whose metadata have no checksums, or older ones, too",
        arguments: ["^metadata_csum", "^has_journal"]
    )
    func older(_ features: String) async throws {
        try await self.withCopy(.ext4, options: ["-O", features]) { scratch, copy in
            #expect(try await Filesystems.check(.ext4, on: copy.path) == .sound)
            try await Filesystems.setUUID(.ext4, on: copy.path, to: self.other)
            try await self.expectWhole(.ext4, copy, scratch)
        }
    }

    @Test("Where no filesystem is, the tool's words are told", arguments: FilesystemType.allCases)
    func nothing(_ type: FilesystemType) async throws {
        try await Scratch.with { scratch in
            let device = try scratch.device(size: 320 << 20)
            await #expect(throws: HostError.self) {
                try await Filesystems.setUUID(type, on: device.path, to: self.other)
            }
        }
    }
}
