// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// Copies of encrypted volumes: the same data under another key.
@Suite(.timeLimit(.minutes(4)))
struct EncryptedCopyTests {
    private static let pattern = (0..<65536).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }

    /// Where there is something: the pattern, and zeroes that were written.
    private static let places: [(offset: UInt64, bytes: [UInt8])] = [
        (0, Self.pattern), (1 << 20, [UInt8](repeating: 0, count: 8192)), ((21 << 20) + 4096, Self.pattern),
    ]

    /// A volume with something in it.
    private static func source(_ laboratory: Laboratory, by controller: Controller) async throws -> VolumeDescription {
        let volume = try await controller.create(laboratory.encryptedRequest(required: 24 << 20))
        try await laboratory.withOpened(volume, by: Laboratory.keys(1), readOnly: false) { image in
            for place in Self.places { try image.write(offset: place.offset, place.bytes) }
            try image.flush()
        }
        return volume
    }

    private static func expectContent(
        _ copy: VolumeDescription,
        by keys: KeyEncryptionKeys,
        _ laboratory: Laboratory,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let found = try await laboratory.withOpened(copy, by: keys) { image in
            try Self.places.map { try image.read(offset: $0.offset, count: $0.bytes.count) }
        }
        #expect(found == Self.places.map(\.bytes), sourceLocation: sourceLocation)
    }

    @Test(
        "It holds the source's data under a key of its own, as sparse, depends on nothing, and outlives its source",
        arguments: CloneTests.Kind.allCases
    )
    func copy(_ kind: CloneTests.Kind) async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await Self.source(laboratory, by: controller)
            let source = try await kind.source(volume, by: controller)
            let keys = try Laboratory.keys(1, 2)
            let request = try laboratory.encryptedCopy(of: source, required: 32 << 20, keys: keys)
            let copy = try await controller.create(request)
            #expect(try await controller.create(request) == copy)
            #expect(copy.capacityBytes == 32 << 20 && copy.record.source == source.record)
            #expect(copy.record.encryption == .luks2Flat && copy.record.wrappingKeyID == "kek.2")
            #expect(copy.record.cloneDepth == 0 && !copy.record.flatten)
            #expect(copy.record.dataKeyID != volume.record.dataKeyID)
            #expect(try await laboratory.dataKey(of: copy, by: keys) != laboratory.dataKey(of: volume, by: keys))
            #expect(try await !laboratory.hasParent(copy.handle))
            try await Self.expectContent(copy, by: keys, laboratory)
            // Nothing of the source's is the same on the pool, zeroes that were written included.
            for place in Self.places {
                let offset = place.offset + UInt64(Laboratory.dataOffset)
                let (one, other) = (
                    try await laboratory.read(4096, at: offset, from: volume.handle),
                    try await laboratory.read(4096, at: offset, from: copy.handle)
                )
                #expect(one != other && other.contains { $0 != 0 })
            }
            // The header's object and those of the three places, which are two.
            let used = try await laboratory.io.withImage(.id(copy.handle.imageID), readOnly: true) {
                try $0.usedBytes()
            }
            #expect(used == 3 * 4 << 20)
            if case .snapshot(let handle) = source { try await controller.deleteSnapshot(handle) }
            try await controller.delete(volume.handle)
            await controller.erased()
            try await Self.expectContent(copy, by: keys, laboratory)
            try await controller.delete(copy.handle)
            await controller.erased(2)
            try await laboratory.expectNothing()
        }
    }

    @Test(
        "Ended at any step, it is finished by whoever comes next",
        arguments: [
            "create.keyed", "clone.snapped", "create.encrypted", "copy.begun", "copy.copied", "copy.named",
            "clone.made", "clone.freed", "clone.fitted", "create.imaged",
        ]
    )
    func recovery(_ step: String) async throws {
        try await Laboratory.with { laboratory in
            let maker = try laboratory.controller("locker-7")
            let volume = try await Self.source(laboratory, by: maker)
            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: step))
            let request = try laboratory.encryptedCopy(of: .volume(volume.handle))
            await #expect(throws: Interruption(step: step)) { try await first.create(request) }
            let second = try laboratory.controller("locker-0")
            let copy = try await second.create(request)
            let keys = try Laboratory.keys(1)
            try await Self.expectContent(copy, by: keys, laboratory)
            #expect(try await laboratory.wrappedKeys().count == 2)
            #expect(try await laboratory.io.images().count == 2)
            #expect(try await laboratory.snapshots(of: volume.handle).isEmpty)
            try await second.delete(copy.handle)
            try await second.delete(volume.handle)
            await second.erased(2)
            try await laboratory.expectNothing()
        }
    }

    @Test(
        "Of a plain volume everything is encrypted, also what it never held: there it reads as zeroes",
        arguments: CloneTests.Kind.allCases
    )
    func plain(_ kind: CloneTests.Kind) async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request(required: 24 << 20))
            for place in Self.places { try await laboratory.write(place.bytes, at: place.offset, to: volume.handle) }
            let source = try await kind.source(volume, by: controller)
            let copy = try await controller.create(laboratory.encryptedCopy(of: source))
            let keys = try Laboratory.keys(1)
            try await Self.expectContent(copy, by: keys, laboratory)
            #expect(copy.record.cloneDepth == 0 && copy.capacityBytes == 24 << 20)
            #expect(try await !laboratory.hasParent(copy.handle))
            let hole = try await laboratory.withOpened(copy, by: keys) { try $0.read(offset: 10 << 20, count: 65536) }
            #expect(hole.allSatisfy { $0 == 0 })
            let raw = try await laboratory.read(65536, at: 26 << 20, from: copy.handle)
            #expect(raw.contains { $0 != 0 })
            let used = try await laboratory.io.withImage(.id(copy.handle.imageID), readOnly: true) {
                try $0.usedBytes()
            }
            #expect(used == 28 << 20)
        }
    }

    @Test("A part of a group's snapshot is copied as it was then")
    func groupPart() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await Self.source(laboratory, by: controller)
            let other = try await controller.create(laboratory.encryptedRequest("pvc-2"))
            let group = try await controller.group(of: [volume.handle, other.handle])
            let keys = try Laboratory.keys(1)
            try await laboratory.withOpened(volume, by: keys, readOnly: false) { image in
                try image.write(offset: 0, [UInt8](repeating: 9, count: 65536))
            }
            let part = try #require(group.snapshots.first { $0.record.sourceVolumeID == volume.handle.text })
            let copy = try await controller.create(laboratory.encryptedCopy(of: .snapshot(part.handle)))
            try await Self.expectContent(copy, by: keys, laboratory)
            try await controller.deleteGroup(group)
            try await Self.expectContent(copy, by: keys, laboratory)
        }
    }

    @Test("Without the key-encryption key of the source there is no copy, and nothing of one is left")
    func missing() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await Self.source(laboratory, by: controller)
            for source in [
                VolumeSource.volume(volume.handle), .snapshot(try await controller.snapshot(of: volume.handle).handle),
            ] {
                await expectRefusal(.failedPrecondition, saying: "\"kek.1\"", "does not have") {
                    try await controller.create(laboratory.encryptedCopy(of: source, keys: Laboratory.keys(2)))
                }
            }
            #expect(try await laboratory.wrappedKeys().map(\.dataKeyID) == [volume.record.dataKeyID])
            #expect(try await laboratory.io.images().count == 1)
            #expect(try await laboratory.snapshots(of: volume.handle).count == 1)
            let total = try await laboratory.total()
            #expect(total.volumes == 1 && total.bytes == 24 << 20)
        }
    }
}
