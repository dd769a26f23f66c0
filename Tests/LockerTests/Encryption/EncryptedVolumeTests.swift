// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// Encrypted volumes on a real cluster, from the controller's side.
@Suite(.timeLimit(.minutes(3)))
struct EncryptedVolumeTests {
    @Test(
        "It has a key of its own, is counted without its header, grows by payload, and goes without a key-encryption key"
    )
    func life() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let keys = try Laboratory.keys(1, 2)
            let volume = try await controller.create(laboratory.encryptedRequest(keys: keys))
            try await laboratory.expectOneEncrypted(volume, by: keys)
            #expect(volume.record.wrappingKeyID == "kek.2" && volume.record.dataOffsetBytes == Laboratory.dataOffset)
            // The same request again, also when another key wraps by now.
            #expect(try await controller.create(laboratory.encryptedRequest(keys: Laboratory.keys(1, 2, 3))) == volume)
            await expectRefusal(.alreadyExists, saying: "encrypted") {
                try await controller.create(laboratory.request())
            }
            #expect(try await controller.expand(volume.handle, to: 32 << 20) == 32 << 20)
            let grown = try #require(try await controller.find(volume.handle))
            try await laboratory.expectOneEncrypted(grown, by: keys, bytes: 32 << 20)

            try await controller.delete(volume.handle)
            #expect(try await laboratory.wrappedKeys().isEmpty)
            await controller.erased()
            try await laboratory.expectNothing()
            let next = try await controller.create(laboratory.encryptedRequest(keys: keys))
            #expect(next.record.dataKeyID != volume.record.dataKeyID)
        }
    }

    @Test("No two volumes have the same key, and a wrapped key that is put in another's place does not open")
    func moved() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let keys = try Laboratory.keys(1)
            let one = try await controller.create(laboratory.encryptedRequest("pvc-1"))
            let two = try await controller.create(laboratory.encryptedRequest("pvc-2"))
            #expect(try await laboratory.dataKey(of: one, by: keys) != laboratory.dataKey(of: two, by: keys))
            let place = try await laboratory.io.cluster.ioContext(
                poolID: laboratory.io.poolID,
                namespace: WrappedKeyStore.namespace
            )
            let (first, second) = ("locker.key.\(one.record.dataKeyID)", "locker.key.\(two.record.dataKeyID)")
            let stolen = try #require(try await place.omapValues(of: first, keys: ["wrapped"])["wrapped"])
            try await place.write(second) { $0.setOmap(["wrapped": stolen]) }
            await expectRefusal(.failedPrecondition, saying: "does not open") {
                try await laboratory.dataKey(of: two, by: keys)
            }
            try await place.remove(second)
            await expectRefusal(.failedPrecondition, saying: "is gone", second) {
                try await laboratory.dataKey(of: two, by: keys)
            }
            // One whose key is lost is deleted like any other.
            try await controller.delete(two.handle)
            try await controller.delete(one.handle)
            await controller.erased(2)
            try await laboratory.expectNothing()
        }
    }

    @Test("When DeleteVolume has answered, the header is overwritten on the image that waits for its erasure")
    func overwritten() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller(hook: Interruption.hook(at: "delete.trashed"))
            let volume = try await controller.create(laboratory.encryptedRequest())
            let heads = try await laboratory.io.withImage(.id(volume.handle.imageID), readOnly: true) {
                try $0.read(offset: 0, count: 1 << 20)
            }
            #expect(LUKSHeader.begins(heads))
            await #expect(throws: Interruption.self) { try await controller.delete(volume.handle) }
            let after = try await laboratory.io.withImage(.id(volume.handle.imageID), readOnly: true) {
                try $0.read(offset: 0, count: Int(Laboratory.dataOffset))
            }
            #expect(after.allSatisfy { $0 == 0 })
            let record = try #require(try await laboratory.records().first)
            #expect(record.keyDestroyedAt > 0 && record.phase == .deleting)
            #expect(try await laboratory.wrappedKeys().isEmpty)
        }
    }

    @Test("One in use grows by more than its header, whichever client carries it out, and by what is counted")
    func growth() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.encryptedRequest())
            #expect(try await controller.expand(volume.handle, to: 12 << 20) == 12 << 20)
            let key = try await laboratory.dataKey(of: volume, by: Laboratory.keys(1))
            let live = try await LiveImage.open(.id(volume.handle.imageID), in: laboratory.io, readOnly: false) {
                image in
                try key.withBytes { try image.loadEncryption(.luks2, passphrase: $0) }
            }
            try await live.acquireLock()
            #expect(try await controller.expand(volume.handle, to: 64 << 20) == 64 << 20)
            #expect(try await laboratory.total().bytes == 64 << 20)
            #expect(try await live.size() == 64 << 20)
            await expectRefusal(.outOfRange, saying: "in use grows by more than its header") {
                try await controller.expand(volume.handle, to: 68 << 20, limit: 80 << 20)
            }
            #expect(try await controller.expand(volume.handle, to: 68 << 20) == 84 << 20)
            #expect(try await live.size() == 84 << 20)
            #expect(try await laboratory.total().bytes == 84 << 20)
            #expect(try await laboratory.records().first?.payloadBytes == 84 << 20)
            try await live.close()
            #expect(try await controller.expand(volume.handle, to: 88 << 20) == 88 << 20)
            try await controller.delete(volume.handle)
            await controller.erased()
            try await laboratory.expectNothing()
        }
    }

    @Test("One that is open somewhere keeps its key until it is not")
    func open() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.encryptedRequest())
            let live = try await LiveImage.open(.id(volume.handle.imageID), in: laboratory.io, readOnly: false)
            await expectRefusal(.failedPrecondition, saying: "still open") {
                try await controller.delete(volume.handle)
            }
            #expect(try await laboratory.wrappedKeys().count == 1)
            try await live.close()
            try await controller.delete(volume.handle)
            await controller.erased()
            try await laboratory.expectNothing()
        }
    }

    @Test(
        "A snapshot keeps the volume and its key, and no plain copy is made of either"
    )
    func snapshots() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.encryptedRequest())
            let snapshot = try await controller.snapshot(of: volume.handle)
            #expect(snapshot.record.dataKeyID == volume.record.dataKeyID)
            #expect(snapshot.record.encryption == .luks2Flat && snapshot.record.payloadBytes == 8 << 20)
            await expectRefusal(.failedPrecondition, saying: "snapshot") { try await controller.delete(volume.handle) }
            #expect(try await laboratory.wrappedKeys().count == 1)
            for source in [VolumeSource.volume(volume.handle), .snapshot(snapshot.handle)] {
                await expectRefusal(.failedPrecondition, saying: "is encrypted") {
                    try await controller.create(laboratory.copy(of: source, named: "copy"))
                }
            }
            #expect(try await laboratory.wrappedKeys().count == 1)
        }
    }
}
