// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// Removing volumes: what is refused, what is free at once, and that nothing is left in the end.
@Suite(.timeLimit(.minutes(3)))
struct DeleteTests {
    @Test("The name and the student's bytes are free at once, and then nothing at all is left")
    func delete() async throws {
        try await Laboratory.with { laboratory in
            // The erasures wait, so that what DeleteVolume itself does can be seen.
            let first = try laboratory.controller(width: 0)
            let volume = try await first.create(laboratory.request(required: 64 << 20))
            let id = volume.handle.imageID
            try await laboratory.io.withImage(.id(id), readOnly: false) { image in
                for index in 0..<16 { try image.write(offset: UInt64(index) << 22, [1, 2, 3]) }
            }
            #expect(try await laboratory.io.objects(prefix: "rbd_data.\(id)").count == 16)

            try await first.delete(volume.handle)
            #expect(try await laboratory.io.images().isEmpty)
            #expect(try await laboratory.io.trash().map(\.id) == [id])
            #expect(try await laboratory.total().bytes == 0)
            #expect(try await laboratory.total().volumes == 0)
            #expect(try await laboratory.counted().isEmpty)
            let erasing = try await laboratory.records()
            #expect(erasing.map(\.phase) == [.erasing] && erasing.map(\.imageID) == [id])
            #expect(erasing.allSatisfy { $0.deletingAt > 0 && $0.trashedAt >= $0.deletingAt && $0.step == nil })
            #expect(try await first.find(volume.handle) == nil)
            #expect(await first.erasures.pending == 1)

            // The name is taken again while the predecessor's data is still there.
            let next = try await first.create(laboratory.request(required: 64 << 20))
            #expect(next.handle.recordKey == volume.handle.recordKey && next.handle.imageID != id)
            // The old handle's delete comes once more, and is not the new volume's.
            try await first.delete(volume.handle)
            #expect(try await first.find(next.handle) == next)
            try await first.delete(next.handle)

            let second = try laboratory.controller("locker-1")
            await second.sweep()
            await second.erased(2)
            try await laboratory.expectNothing()
            #expect(try await laboratory.io.trash().isEmpty)
        }
    }

    @Test("A volume deleted twice, or from a pool or namespace that is gone, is deleted")
    func twice() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            try await controller.delete(volume.handle)
            try await controller.delete(volume.handle)
            await controller.erased()
            try await controller.delete(volume.handle)
            try await laboratory.expectNothing()
            let keys = try InstanceKeys(parsing: "a-key-of-the-tests")
            for (poolID, namespace) in [(Int64(9999), "x"), (laboratory.io.poolID, "gone")] {
                let handle = try VolumeHandle(
                    clusterID: "lab",
                    poolID: poolID,
                    namespace: namespace,
                    recordKey: volume.handle.recordKey,
                    imageID: volume.handle.imageID,
                    keys: keys
                )
                try await controller.delete(handle)
                #expect(try await controller.find(handle) == nil)
            }
        }
    }

    @Test("An attached volume is refused, naming the node, and goes once it is released")
    func attached() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            let node = Attachments(layouts: LayoutCache(), node: NodeIdentity(nodeID: "node-7", bootID: "b"))
            _ = try await node.claim(volume.handle, in: laboratory.io, readOnly: false)
            await expectRefusal(.failedPrecondition, saying: "node-7", "pvc-1") {
                try await controller.delete(volume.handle)
            }
            #expect(try await controller.find(volume.handle)?.record.phase == .ready)
            try await node.release(volume.handle, in: laboratory.io)
            try await controller.delete(volume.handle)
            await controller.erased()
            try await laboratory.expectNothing()
        }
    }

    @Test("A volume with snapshots is refused with their number, and stays as it is")
    func snapshots() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            let image = ImageName.id(volume.handle.imageID)
            try await laboratory.io.withImage(image, readOnly: false) { try $0.createSnapshot("before-the-exam") }
            await expectRefusal(.failedPrecondition, saying: "1 snapshot;", "pvc-1") {
                try await controller.delete(volume.handle)
            }
            try await laboratory.expectOne(volume)
            try await laboratory.io.withImage(image, readOnly: false) { try $0.removeSnapshot("before-the-exam") }
            try await controller.delete(volume.handle)
            await controller.erased()
            try await laboratory.expectNothing()
        }
    }

    @Test("An image that a client has open is refused, naming the client; a new volume of the name has to wait")
    func open() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            let client = try await laboratory.cluster.connect()
            let context = try await client.ioContext(pool: "students", namespace: laboratory.io.namespace)
            let image = try await LiveImage.open(.id(volume.handle.imageID), in: context, readOnly: false)
            try await image.acquireLock()
            let address = client.instanceAddress.split(separator: "/").last.map(String.init) ?? "?"
            await expectRefusal(.failedPrecondition, saying: "still open", address) {
                try await controller.delete(volume.handle)
            }
            #expect(try await laboratory.io.images().map(\.id) == [volume.handle.imageID])
            await expectRefusal(.aborted, saying: "being deleted") {
                try await controller.create(laboratory.request())
            }
            await expectRefusal(.aborted, saying: "being deleted") {
                try await controller.expand(volume.handle, to: 16 << 20)
            }
            try await image.close()
            await client.close()
            try await controller.delete(volume.handle)
            await controller.erased()
            try await laboratory.expectNothing()
        }
    }

    @Test("An image that was renamed is refused; one that is gone behind Locker's back is cleared away")
    func tamperedWith() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let renamed = try await controller.create(laboratory.request("pvc-1"))
            try await laboratory.io.renameImage(renamed.record.imageName, to: "mine")
            await expectRefusal(.failedPrecondition, saying: "another name", renamed.handle.imageID) {
                try await controller.delete(renamed.handle)
            }
            try await laboratory.io.renameImage("mine", to: renamed.record.imageName)
            try await controller.delete(renamed.handle)
            let gone = try await controller.create(laboratory.request("pvc-2"))
            try await laboratory.io.removeImage(gone.record.imageName)
            try await controller.delete(gone.handle)
            await controller.erased(2)
            try await laboratory.expectNothing()
        }
    }
}
