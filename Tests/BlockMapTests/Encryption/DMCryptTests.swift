// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Foundation
internal import Host
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Encrypted volumes through kernel rbd and dm-crypt.
@Suite(
    .timeLimit(.minutes(5)),
    .serialized,
    .enabled(if: KernelRBDMapper.isAvailable() && DMCryptDevice.isAvailable(), "neither kernel rbd nor dm-crypt")
)
struct DMCryptTests {
    @Test("What librbd wrote is read by dm-crypt, and the reverse", arguments: EncryptedMappingTests.mappers)
    func bothWays(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let key = try DataEncryptionKey.random()
            let kernel = Self.kernel(fixture, key)
            let request = try await fixture.encryptedImage(key: key)
            let (text, bytes) = marker(1 << 20)
            let offsets: [Int64] = [0, 5 << 20, 63 << 20]
            let front = try await fixture.open(try await fixture.map(request))
            for offset in offsets { try await front.write(bytes, at: offset) }
            try front.close()
            try await fixture.unmap(request)

            let mapped = try await kernel.map(request)
            #expect(mapped.size == 64 << 20 && mapped.device.string.hasPrefix("/dev/dm-"))
            #expect(try BlockDevice(mapped.device).size() == 64 << 20)
            let device = try await fixture.open(mapped)
            for offset in offsets { #expect(try await device.read(at: offset, count: bytes.count) == bytes) }
            let other = randomBytes(1 << 20)
            for offset in offsets { try await device.write(other, at: offset) }
            try await device.flush()
            // Whole objects: of the others the kernel gives back the content.
            let before = try await fixture.objects()
            try await device.write(randomBytes(8 << 20), at: 8 << 20)
            try await device.flush()
            #expect(try await fixture.objects() == before + 2)
            try await command(
                "blkdiscard",
                "--offset",
                "\(8 << 20)",
                "--length",
                "\(8 << 20)",
                mapped.device.string
            )
            #expect(try await fixture.objects() == before)
            try device.close()
            try await kernel.unmap(volumeID: request.volumeID, imageID: request.imageID)
            #expect(try await !fixture.holds(text))

            let back = try await fixture.open(try await fixture.map(request))
            for offset in offsets { #expect(try await back.read(at: offset, count: other.count) == other) }
            try back.close()
        }
    }

    @Test("Mapping again gives the device, also after a restart, and completes what a killed process left half done")
    func again() async throws {
        try await EngineFixture.with { fixture in
            let key = try DataEncryptionKey.random()
            let request = try await fixture.encryptedImage(key: key)
            // As far as a killed process may have got.
            var below = request
            below.encryption = .none
            let half = try await Self.below(fixture).map(below)
            let mapped = try await Self.kernel(fixture, key).map(request)
            #expect(half.device.string.hasPrefix("/dev/rbd") && mapped.device.string.hasPrefix("/dev/dm-"))
            #expect(mapped.clientAddress == half.clientAddress)

            let restarted = Self.kernel(fixture, key)
            #expect(try await restarted.map(request) == mapped)
            #expect(try await restarted.device(volumeID: request.volumeID, imageID: request.imageID) == mapped)
            #expect(try await restarted.mapped().map(\.device) == [mapped.device])
            await #expect(throws: MapError.self) { _ = try await restarted.map(below) }
            try await restarted.unmap(volumeID: request.volumeID, imageID: request.imageID)
            try await restarted.unmap(volumeID: request.volumeID, imageID: request.imageID)
            #expect(try await restarted.mapped().isEmpty)
            #expect(HostFile.names(in: "/sys/block").allSatisfy { !$0.hasPrefix("dm-") })
            // A volume without encryption passes through.
            let plain = try await fixture.image("plain", size: 16 << 20)
            #expect(try await restarted.map(plain).device.string.hasPrefix("/dev/rbd"))
            try await restarted.unmap(volumeID: plain.volumeID, imageID: plain.imageID)
        }
    }

    @Test("A wrong key, no header, a clone: refused by name, and no device is left")
    func refusals() async throws {
        try await EngineFixture.with { fixture in
            let key = try DataEncryptionKey.random()
            let kernel = Self.kernel(fixture, key)
            var request = try await fixture.encryptedImage(key: key)
            request.encryption = .luks2(try .random())
            var failure = try await fixture.failure { _ = try await kernel.map(request) }
            #expect(failure.code == .mismatch && failure.text.contains("does not open image v"), "\(failure.text)")
            request = try await fixture.image("plain", size: 32 << 20)
            request.encryption = .luks2(key)
            failure = try await fixture.failure { _ = try await kernel.map(request) }
            #expect(failure.code == .mismatch && failure.text.contains("no LUKS2 header"), "\(failure.text)")
            try await fixture.context.withImage(.name("v"), readOnly: false) { try $0.createSnapshot("s") }
            try await fixture.context.clone(from: fixture.context, image: "v", snapshot: "s", as: "clone")
            request = try await fixture.request("clone")
            request.encryption = .luks2(key)
            failure = try await fixture.failure { _ = try await kernel.map(request) }
            #expect(failure.code == .unsupported && failure.text.contains("clone"), "\(failure.text)")
            failure = try await fixture.failure { _ = try await Self.below(fixture).map(request) }
            #expect(failure.code == .unsupported)
            #expect(try await kernel.mapped().isEmpty)
        }
    }

    @Test(
        "A mounted filesystem grows with its image, and gives back what it no longer uses",
        arguments: [
            FilesystemType.ext4, .xfs,
        ]
    )
    func filesystem(type: FilesystemType) async throws {
        try await EngineFixture.with { fixture in
            let key = try DataEncryptionKey.random()
            let kernel = Self.kernel(fixture, key)
            let request = try await fixture.encryptedImage(payload: 320 << 20, key: key)
            let mapped = try await kernel.map(request)
            try await Filesystems.make(type, on: mapped.device, uuid: UUID().uuidString, extraOptions: [])
            let target = fixture.directory.appending("mnt")
            let (text, bytes) = marker(24 << 20)
            try await fixture.threads.run {
                try MountTarget.makeDirectory(target)
                try Mounts.mount(mapped.device, at: target, type: type.rawValue, options: MountOptions())
                try HostFile.replace(target.appending("homework"), with: bytes)
            }
            let before = try await fixture.threads.run { try FilesystemUsage(of: target).totalBytes }
            // In use: nothing is changed, and the mount is named.
            let busy = try await fixture.failure {
                try await kernel.unmap(volumeID: request.volumeID, imageID: request.imageID)
            }
            #expect(busy.code == .busy && busy.text.contains("mounted at \(target)"), "\(busy.text)")

            try await fixture.context.withImage(.name("v"), readOnly: false) { try $0.resize(to: (512 + 16) << 20) }
            #expect(try await kernel.refresh(volumeID: request.volumeID, imageID: request.imageID) == 512 << 20)
            #expect(try BlockDevice(mapped.device).size() == 512 << 20)
            try await Filesystems.grow(type, on: mapped.device, mountedAt: target)
            try await fixture.threads.run {
                #expect(try FilesystemUsage(of: target).totalBytes > before + 150 << 20)
                #expect(try HostFile.read(target.appending("homework")) == bytes)
                try HostFile.remove(target.appending("homework"))
            }
            try await command("sync", "-f", target.string)
            let trimmed = try await command("fstrim", "-v", target.string)
            let bytesTrimmed = trimmed.firstMatch(of: /\((\d+) bytes\)/).flatMap { Int($0.1) } ?? 0
            #expect(bytesTrimmed > 24 << 20, "\(trimmed)")
            try await fixture.threads.run { try Mounts.unmount(target) }
            try await kernel.unmap(volumeID: request.volumeID, imageID: request.imageID)
            #expect(try await kernel.mapped().isEmpty)
            #expect(try await !fixture.holds(text))
        }
    }

    @Test("Growing takes the key: without it the device stays as it is and what to do is said")
    func keyless() async throws {
        try await EngineFixture.with { fixture in
            let key = try DataEncryptionKey.random()
            let kernel = Self.kernel(fixture, nil)
            let request = try await fixture.encryptedImage(payload: 32 << 20, key: key)
            let mapped = try await kernel.map(request)
            try await fixture.context.withImage(.name("v"), readOnly: false) { try $0.resize(to: 64 << 20) }
            let failure = try await fixture.failure {
                _ = try await kernel.refresh(volumeID: request.volumeID, imageID: request.imageID)
            }
            #expect(failure.text.contains("stage volume"), "\(failure.text)")
            #expect(try BlockDevice(mapped.device).size() == 32 << 20)
            try await Self.kernel(fixture, key).unmap(volumeID: request.volumeID, imageID: request.imageID)
        }
    }

    private static func below(_ fixture: EngineFixture) -> KernelRBDMapper {
        KernelRBDMapper(pool: fixture.threads, looks: fixture.threads, logger: .init(label: "test"))
    }

    private static func kernel(_ fixture: EngineFixture, _ key: DataEncryptionKey?) -> DMCryptMapper {
        DMCryptMapper(
            above: self.below(fixture),
            pool: fixture.threads,
            keys: { _ in key },
            logger: .init(label: "test")
        )
    }
}
