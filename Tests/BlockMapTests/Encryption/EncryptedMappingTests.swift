// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Foundation
internal import Host
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Volumes that librbd encrypts for the data engine.
@Suite(.timeLimit(.minutes(3)))
struct EncryptedMappingTests {
    /// One front end: which one it is makes no difference to what librbd does.
    static let mappers = Array(EngineFixture.mappers.prefix(1))

    @Test("What is written is read again after a remap, and never in the cluster", arguments: Self.mappers)
    func roundTrip(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let key = try DataEncryptionKey.random()
            let request = try await fixture.encryptedImage(key: key)
            let mapped = try await fixture.map(request)
            #expect(mapped.size == 64 << 20)
            #expect(try BlockDevice(mapped.device).size() == 64 << 20)
            let (text, bytes) = marker(1 << 20)
            let device = try await fixture.open(mapped)
            for offset in [Int64(0), 20 << 20, 63 << 20] { try await device.write(bytes, at: offset) }
            try await device.flush()
            // Smaller than the sectors that are encrypted by, and over the border of two of them.
            try await device.write([UInt8](repeating: 9, count: 512), at: (30 << 20) + 3 * 512)
            #expect(try await device.read(at: 20 << 20, count: bytes.count) == bytes)
            try device.close()
            try await fixture.unmap(request)
            #expect(try await !fixture.holds(text))
            #expect(try await fixture.context.withImage(.name("v"), readOnly: true) { try $0.size } == 80 << 20)

            // From the keyring it is another object, with the same bytes.
            var again = request
            again.encryption = .luks2(try key.withBytes { try DataEncryptionKey(copying: $0) })
            let reopened = try await fixture.open(try await fixture.map(again))
            for offset in [Int64(0), 20 << 20, 63 << 20] {
                #expect(try await reopened.read(at: offset, count: bytes.count) == bytes)
            }
            #expect(try await reopened.read(at: (30 << 20) + 3 * 512, count: 512) == [UInt8](repeating: 9, count: 512))
            try reopened.close()
        }
    }

    @Test("A plain volume's marker is found, so the search can find one", arguments: Self.mappers)
    func control(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let request = try await fixture.image(size: 16 << 20)
            let device = try await fixture.open(try await fixture.map(request))
            let (text, bytes) = marker(4096)
            try await device.write(bytes, at: 8 << 20)
            try device.close()
            try await fixture.unmap(request)
            #expect(try await fixture.holds(text))
        }
    }

    @Test(
        "A wrong key, no header, a clone: refused by name, and nothing is shown or left",
        arguments: Self.mappers
    )
    func refusals(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let key = try DataEncryptionKey.random()
            let right = try await fixture.encryptedImage(key: key)
            var wrong = right
            wrong.encryption = .luks2(try .random())
            var failure = try await fixture.failure { _ = try await fixture.map(wrong) }
            #expect(failure.code == .mismatch && failure.text.contains("does not open image v"), "\(failure.text)")

            wrong = try await fixture.image("plain")
            wrong.encryption = .luks2(key)
            failure = try await fixture.failure { _ = try await fixture.map(wrong) }
            #expect(failure.code == .mismatch && failure.text.contains("no LUKS2 header"), "\(failure.text)")

            try await fixture.context.withImage(.name("v"), readOnly: false) { try $0.createSnapshot("s") }
            try await fixture.context.clone(from: fixture.context, image: "v", snapshot: "s", as: "clone")
            wrong = try await fixture.request("clone")
            wrong.encryption = .luks2(key)
            failure = try await fixture.failure { _ = try await fixture.map(wrong) }
            #expect(failure.code == .unsupported && failure.text.contains("clone"), "\(failure.text)")

            #expect(try await fixture.engine.mapped().isEmpty)
            #expect(HostFile.names(in: fixture.directory.appending("records")).isEmpty)
            // Nor is it in another way than it is mapped.
            _ = try await fixture.map(right)
            wrong = right
            wrong.encryption = .none
            #expect(try await fixture.failure { _ = try await fixture.map(wrong) }.code == .mismatch)
        }
    }

    @Test(
        "What was never written reads as zeroes beside what was, however little is read",
        arguments: EngineFixture.mappers
    )
    func holes(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let request = try await fixture.encryptedImage(payload: 32 << 20, key: try .random())
            let device = try await fixture.open(try await fixture.map(request))
            let bytes = randomBytes(4096)
            try await device.write(bytes, at: 2 << 20)
            for (offset, count) in [(1 << 20, 512), (1 << 20, 4096), (3 << 20, 65536), (9 << 20, 4096)] {
                let found = try await device.read(at: Int64(offset), count: count)
                #expect(found.allSatisfy { $0 == 0 }, "\(count) bytes at \(offset)")
            }
            #expect(try await device.read(at: 2 << 20, count: bytes.count) == bytes)
            try device.close()
            try await fixture.unmap(request)
        }
    }

    @Test(
        "A grown image grows its device by as much, when asked and by itself",
        arguments: EngineFixture.mappers.filter { !DataEngine.fixedSize().contains($0) }.prefix(1)
    )
    func growth(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let request = try await fixture.encryptedImage(payload: 32 << 20, key: try .random())
            let mapped = try await fixture.map(request)
            let device = try await fixture.open(mapped)
            let bytes = randomBytes(1 << 20)
            try await device.write(bytes, at: 31 << 20)
            let grown = try await fixture.context.growImage(request.imageID, to: (96 + 16) << 20, header: 16 << 20)
            #expect(grown == (96 + 16) << 20)
            let size = try await fixture.engine.refresh(volumeID: request.volumeID, imageID: request.imageID)
            #expect(size == 96 << 20)
            #expect(try BlockDevice(mapped.device).size() == 96 << 20)
            #expect(try await fixture.context.withImage(.name("v"), readOnly: true) { try $0.size } == 112 << 20)
            try await device.write(bytes, at: 95 << 20)
            #expect(try await device.read(at: 95 << 20, count: bytes.count) == bytes)
            #expect(try await device.read(at: 31 << 20, count: bytes.count) == bytes)

            let further = try await fixture.context.growImage(request.imageID, to: (128 + 16) << 20, header: 16 << 20)
            #expect(further == (128 + 16) << 20)
            while try await fixture.onlyDevice().size != 128 << 20 { await Task.yield() }
            while try BlockDevice(mapped.device).size() != 128 << 20 { await Task.yield() }
            try device.close()
            try await fixture.unmap(request)
            let again = try await fixture.map(request)
            #expect(again.size == 128 << 20)
            let reopened = try await fixture.open(again)
            #expect(try await reopened.read(at: 95 << 20, count: bytes.count) == bytes)
            try reopened.close()
        }
    }

    @Test("librbd would make writes of discards, so none are offered; zeroes are", arguments: Self.mappers)
    func discard(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let request = try await fixture.encryptedImage(key: try .random())
            let mapped = try await fixture.map(request)
            let before = try await fixture.objects()
            let device = try await fixture.open(mapped)
            let bytes = randomBytes(4 << 20)
            for index in 0..<2 { try await device.write(bytes, at: Int64(index) << 22) }
            try await device.flush()
            #expect(try await fixture.objects() == before + 2)
            await #expect(throws: SetUpError.self) {
                try await command("blkdiscard", "--offset", "0", "--length", "\(32 << 20)", mapped.device.string)
            }
            try await command(
                "blkdiscard",
                "--zeroout",
                "--offset",
                "0",
                "--length",
                "\(4 << 20)",
                mapped.device.string
            )
            try await device.flush()
            #expect(try await fixture.objects() == before + 2)
            #expect(try await device.read(at: 0, count: bytes.count) == [UInt8](repeating: 0, count: bytes.count))
            #expect(try await device.read(at: 4 << 20, count: bytes.count) == bytes)
            try device.close()
        }
    }

    @Test("A read-only device reads what was written", arguments: Self.mappers)
    func readOnly(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let key = try DataEncryptionKey.random()
            let request = try await fixture.encryptedImage(key: key)
            let bytes = randomBytes(8192)
            let device = try await fixture.open(try await fixture.map(request))
            try await device.write(bytes, at: 4096)
            try device.close()
            try await fixture.unmap(request)
            var reading = try await fixture.request(readOnly: true)
            reading.encryption = .luks2(key)
            let mapped = try await fixture.map(reading)
            #expect(mapped.isReadOnly)
            let reader = try await fixture.open(mapped, readOnly: true)
            #expect(try await reader.read(at: 4096, count: bytes.count) == bytes)
            try reader.close()
        }
    }
}
