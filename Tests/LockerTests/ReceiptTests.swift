// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import LockerProto
internal import ProtobufC
internal import RBD
internal import Rados
internal import Redaction
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

@testable internal import Locker

/// What an erasure leaves: a receipt that can be verified, and only when nothing of the volume is left.
@Suite(.timeLimit(.minutes(3)))
struct ReceiptTests {
    @Test("A receipt says whose volume it was, what was removed and what was looked for, and is verified")
    func receipt() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request(required: 16 << 20))
            for part in [0, 3] as [UInt64] { try await laboratory.write([1, 2, 3], at: part << 22, to: volume.handle) }
            try await controller.delete(volume.handle)
            await controller.erased()
            let filed = try #require(try await laboratory.receipts().first)
            let receipt = try #require(filed.receipt)
            #expect(receipt.requestName == "pvc-1" && receipt.student == "ada" && receipt.pvcName == "homework")
            #expect(receipt.imageName == volume.record.imageName && receipt.imageID == volume.handle.imageID)
            #expect(receipt.pool == laboratory.io.poolName && receipt.radosNamespace == laboratory.io.namespace)
            #expect(receipt.fsid == laboratory.io.cluster.fsid && receipt.payloadBytes == 16 << 20)
            #expect(receipt.plan?.possibleObjects == 4)
            #expect(receipt.plan?.objectsCounted == true && receipt.plan?.existingObjects == 2)
            #expect(receipt.createdAt == volume.record.createdAt)
            let times = [receipt.createdAt, receipt.deletingAt, receipt.trashedAt, receipt.removedAt, receipt.erasedAt]
            #expect(times == times.sorted() && times[0] > 0)
            let names = ["header", "name", "object-map", "journal", "data", "trash", "parent", "key"]
            #expect(receipt.checks.map(\.name) == names && receipt.keyFate == .none)
            #expect(receipt.driverName == "test" && receipt.controller == "locker-0" && receipt.version == "1.2.3")
            #expect(receipt.instanceKey == 1)

            let trusted = try await laboratory.verdict(filed)
            #expect(trusted.isVerified && trusted.gone == names, "\(trusted)")
            let stranger = try await laboratory.verdict(filed, keys: "a-key-of-somebody-else")
            #expect(stranger.signature == .unknown && stranger.faults.count == 1, "\(stranger)")
            let nobody = try await laboratory.verdict(filed, keys: "")
            #expect(nobody.signature == .unknown && nobody.faults.isEmpty && !nobody.isVerified)
        }
    }

    @Test("An encrypted volume's receipt says that its key is gone, and is refused when the key is there again")
    func key() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.encryptedRequest())
            let place = try await laboratory.io.cluster.ioContext(
                poolID: laboratory.io.poolID,
                namespace: WrappedKeyStore.namespace
            )
            let object = "locker.key.\(volume.record.dataKeyID)"
            let wrapped = try await place.omapValues(of: object, keys: ["wrapped"])
            #expect(wrapped.count == 1)
            try await controller.delete(volume.handle)
            await controller.erased()
            let filed = try #require(try await laboratory.receipts().first)
            let receipt = try #require(filed.receipt)
            #expect(receipt.keyFate == .keyRemoved && receipt.dataKeyID == volume.record.dataKeyID)
            #expect(receipt.keyDestroyedAt > 0 && receipt.keyDestroyedAt <= receipt.trashedAt)
            #expect(receipt.checks.first { $0.name == "key" }?.lookedFor.contains(object) == true)
            #expect(try await laboratory.verdict(filed).isVerified)

            try await place.write(object) {
                $0.create(exclusive: true)
                $0.setOmap(wrapped)
            }
            let verdict = try await laboratory.verdict(filed)
            #expect(verdict.faults.count == 1 && verdict.faults[0].contains(object), "\(verdict)")
            try await place.remove(object)
            #expect(try await laboratory.verdict(filed).isVerified)
        }
    }

    @Test("What is changed in a receipt, or put back into the cluster, has it refused, and is named")
    func tampering() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            try await controller.delete(volume.handle)
            await controller.erased()
            let filed = try #require(try await laboratory.receipts().first)
            let (io, id) = (laboratory.io, volume.handle.imageID)
            let last = ImageAnatomy.objectName("rbd_data.\(id)", number: 1)
            for object in [last, "rbd_header.\(id)", "rbd_object_map.\(id)"] {
                try await io.write(object) { $0.writeFull([1]) }
                let verdict = try await laboratory.verdict(filed)
                #expect(verdict.faults.count == 1 && verdict.faults[0].contains(object), "\(object): \(verdict)")
                try await io.remove(object)
            }
            // Past the image's end it is seen by a list of the pool.
            let past = ImageAnatomy.objectName("rbd_data.\(id)", number: 77)
            try await io.write(past) { $0.writeFull([1]) }
            let listed = try await laboratory.verdict(filed, search: DataSearch(alwaysLists: true))
            #expect(listed.faults.count == 1 && listed.faults[0].contains(past), "\(listed)")
            try await io.remove(past)
            #expect(try await laboratory.verdict(filed).isVerified)

            // Every byte that is stored counts: one that is changed is not read, or has the receipt refused.
            let bytes = try #require(try await laboratory.store().receipt(imageID: id))
            let opened = try await ErasureArchive.open(io)
            let archive = try #require(opened)
            let keys = Set(try InstanceKeys(parsing: "a-key-of-the-tests").receiptPublicKeys().values)
            for index in bytes.indices {
                var changed = bytes
                changed[index] ^= 1
                let damaged = FiledReceipt(imageID: id, bytes: changed)
                let verdict = try await archive.verify(damaged, trusting: keys, search: DataSearch())
                #expect(!verdict.isVerified, "byte \(index)")
            }
            let moved = try await laboratory.verdict(FiledReceipt(imageID: "other", bytes: bytes))
            #expect(!moved.isVerified && moved.faults.contains { $0.contains("filed under image other") }, "\(moved)")
        }
    }

    @Test("An image that is there again with a snapshot has the receipt refused")
    func snapshotLeft() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            try await laboratory.write([1], to: volume.handle)
            try await laboratory.io.withImage(.id(volume.handle.imageID), readOnly: false) {
                try $0.createSnapshot("left")
            }
            // Written by a controller that has made nothing sure.
            let image = ErasedImage(volume.record, plan: ErasurePlan(), io: laboratory.io)
            let author = ReceiptAuthor(
                identity: ControllerIdentity(instance: "test", process: "locker-9"),
                version: "",
                keys: try InstanceKeys(parsing: "a-key-of-the-tests")
            )
            let found = try await ErasureFindings(of: image, search: DataSearch())
            let forged = try author.receipt(for: volume.record, of: image, findings: found, at: 1)
            let filed = FiledReceipt(imageID: volume.handle.imageID, bytes: try forged.encoded())
            let verdict = try await laboratory.verdict(filed)
            #expect(verdict.signature == .trusted && !verdict.isVerified)
            for name in ["header", "name", "object-map", "data"] {
                #expect(verdict.faults.contains { $0.hasPrefix("\(name):") }, "\(name): \(verdict)")
            }
            try await laboratory.io.withImage(.id(volume.handle.imageID), readOnly: false) {
                try $0.removeSnapshot("left")
            }
            try await controller.delete(volume.handle)
            await controller.erased()
        }
    }

    @Test("No receipt is written while an object survives; once it is gone, one is")
    func survivor() async throws {
        try await Laboratory.with { laboratory in
            let io = laboratory.io
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            // Past librbd, whose object map says that there is no such object: the removal leaves it.
            let object = ImageAnatomy.objectName("rbd_data.\(volume.handle.imageID)", number: 1)
            try await io.write(object) { $0.writeFull([1]) }
            try await controller.delete(volume.handle)
            await controller.events.wait(for: "erase.noted")
            await controller.events.wait(for: "Erasure did not finish and is tried again")
            #expect(controller.events.count(of: "erase.verified") == 0)
            #expect(try await io.hasObject(object))
            #expect(try await laboratory.receipts().isEmpty)
            let progress = try #require(try await laboratory.records().first?.erasure)
            #expect(progress.failures == 1 && progress.failure.contains(object), "\(progress)")
            #expect(progress.removedAt > 0)
            #expect(await controller.erasures.counts.failures == 1)
            await controller.erased()
            try await laboratory.expectNothing()
            let filed = try #require(try await laboratory.receipts().first)
            #expect(try await laboratory.verdict(filed).isVerified)
        }
    }

    @Test("An object that is written again and again during the erasure keeps it from a receipt until that ends")
    func writer() async throws {
        try await Laboratory.with { laboratory in
            let written = Mutex(0)
            let object = Mutex("")
            // Twice the object is there again when its image was removed.
            let hook = StepHook { step in
                let name = object.withLock { $0 }
                guard step == "erase.removed", !name.isEmpty, written.withLock({ $0 }) < 2 else { return }
                written.withLock { $0 += 1 }
                try Self.create(name, in: laboratory)
            }
            let controller = try laboratory.controller(erasureHook: hook)
            let volume = try await controller.create(laboratory.request())
            object.withLock { $0 = ImageAnatomy.objectName("rbd_data.\(volume.handle.imageID)", number: 0) }
            try await controller.delete(volume.handle)
            await controller.events.wait(for: "Erasure did not finish and is tried again", count: 2)
            #expect(controller.events.count(of: "erase.verified") == 0)
            #expect(try await laboratory.receipts().isEmpty)
            await controller.erased()
            #expect(written.withLock { $0 } == 2)
            try await laboratory.expectNothing()
        }
    }

    /// Makes an object by another program, for which no task of this one has to go on meanwhile.
    private static func create(_ object: String, in laboratory: Laboratory) throws {
        let target = laboratory.cluster.csi
        let rados = try ChildProcess(
            "/usr/bin/rados",
            [
                "-m", target.monitors.joined(separator: ","), "--id", target.user, "--key", target.key.reveal(),
                "-p", laboratory.io.poolName, "-N", laboratory.io.namespace, "create", object,
            ]
        )
        while rados.status == nil { usleep(5000) }
        guard rados.status == 0 else { throw SetUpError("rados create \(object) ended with \(rados.status ?? 0)") }
    }

    @Test("An image that an administrator takes out of the trash meanwhile is not touched, and gets no receipt")
    func restored() async throws {
        try await Laboratory.with { laboratory in
            let io = laboratory.io
            let waiting = try laboratory.controller(width: 0)
            let volume = try await waiting.create(laboratory.request())
            try await laboratory.write([7, 7], to: volume.handle)
            try await waiting.delete(volume.handle)
            await waiting.close()
            let id = volume.handle.imageID
            try await io.restoreFromTrash(id: id, name: "saved")
            let controller = try laboratory.controller("locker-1")
            await controller.sweep()
            await controller.events.wait(for: "Erasure did not finish and is tried again", count: 2)
            #expect(try await laboratory.receipts().isEmpty)
            #expect(try await laboratory.read(2, from: volume.handle) == [7, 7])
            try await io.moveImageToTrash("saved")
            await controller.erased()
            try await laboratory.expectNothing()
        }
    }

    @Test(
        "A volume that had a snapshot, and a copy of it, are looked for in a list of the pool, the copy at its parent"
    )
    func snapshotsAndClones() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            try await laboratory.write([1], to: volume.handle)
            let copy = try await controller.create(laboratory.copy(of: .volume(volume.handle)))
            try await laboratory.write([2], to: volume.handle)
            try await controller.delete(copy.handle)
            await controller.erased()
            try await controller.delete(volume.handle)
            await controller.erased(2)
            try await laboratory.expectNothing()
            let receipts = try await laboratory.receipts()
            let ofCopy = try #require(receipts.first { $0.imageID == copy.handle.imageID }?.receipt)
            #expect(ofCopy.plan?.parentImageID == volume.handle.imageID)
            let ofVolume = try #require(receipts.first { $0.imageID == volume.handle.imageID }?.receipt)
            #expect(ofVolume.plan?.hadSnapshots == true)
            let looked = try #require(ofVolume.checks.first { $0.name == "data" })
            #expect(looked.lookedFor.contains("list of the pool"), "\(looked)")
            for filed in receipts { #expect(try await laboratory.verdict(filed).isVerified) }
        }
    }

    @Test("A clone that its parent still lists has the receipt refused")
    func parentsEntry() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            let copy = try await controller.create(laboratory.copy(of: .volume(volume.handle)))
            let anatomy = try await laboratory.io.anatomy(imageID: copy.handle.imageID)
            let parent = try #require(anatomy.parent)
            #expect(parent.imageID == volume.handle.imageID && parent.poolID == laboratory.io.poolID)
            let id = copy.handle.imageID
            #expect(try await laboratory.io.lists(clone: id, poolID: laboratory.io.poolID, of: parent))
            try await controller.delete(copy.handle)
            await controller.erased()
            #expect(try await !laboratory.io.lists(clone: id, poolID: laboratory.io.poolID, of: parent))
        }
    }

    @Test("The data of a pool of its own are looked for there")
    func dataPool() async throws {
        try await Laboratory.with { laboratory in
            try await laboratory.withTwin { twin in
                let controller = try laboratory.controller()
                let volume = try await controller.create(laboratory.request(parameters: ["dataPool": twin.poolName]))
                try await laboratory.write([1], at: 4 << 20, to: volume.handle)
                let object = try #require(try await twin.objects(prefix: "rbd_data.").first)
                try await controller.delete(volume.handle)
                await controller.erased()
                #expect(try await twin.objects(prefix: "rbd_data.").isEmpty)
                let filed = try #require(try await laboratory.receipts().first)
                #expect(filed.receipt?.plan?.dataPoolID == twin.poolID)
                #expect(filed.receipt?.plan?.existingObjects == 1)
                #expect(try await laboratory.verdict(filed).isVerified)
                try await twin.write(object) { $0.writeFull([1]) }
                let verdict = try await laboratory.verdict(filed)
                #expect(verdict.faults.count == 1 && verdict.faults[0].contains(object), "\(verdict)")
                try await twin.remove(object)
            }
        }
    }

    @Test("Two controllers that find the same erasures write one receipt each")
    func together() async throws {
        try await Laboratory.with { laboratory in
            let first = try laboratory.controller("locker-0", width: 0)
            for index in 0..<12 {
                try await first.delete(first.create(laboratory.request("pvc-\(index)")).handle)
            }
            await first.close()
            let controllers = [try laboratory.controller("locker-1"), try laboratory.controller("locker-2")]
            async let one: Void = controllers[0].sweep()
            async let two: Void = controllers[1].sweep()
            _ = await (one, two)
            while try await laboratory.receipts().count < 12 { try await Task.sleep(for: .milliseconds(20)) }
            for controller in controllers { await controller.erasures.close() }
            try await laboratory.expectNothing()
            let receipts = try await laboratory.receipts()
            #expect(receipts.count == 12)
            for filed in receipts { #expect(try await laboratory.verdict(filed).isVerified) }
            let written = [await controllers[0].erasures.counts.erased, await controllers[1].erasures.counts.erased]
            #expect(written[0] + written[1] == 12, "\(written)")
        }
    }

    @Test("Without an instance key nobody signs, and that is said")
    func unsigned() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller(keys: "")
            let volume = try await controller.create(laboratory.request())
            try await controller.delete(volume.handle)
            await controller.erased()
            let filed = try #require(try await laboratory.receipts().first)
            let verdict = try await laboratory.verdict(filed)
            #expect(verdict.signature == .missing && verdict.faults.isEmpty && !verdict.isVerified)
        }
    }

    @Test("An erasure that waits can be asked for, and one that is in work keeps its owner")
    func retry() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            let copy = try await controller.create(laboratory.copy(of: .volume(volume.handle)))
            try await controller.delete(volume.handle)
            await controller.events.wait(for: "Volume's data goes once its last clone is gone")
            let opened = try await ErasureArchive.open(laboratory.io)
            let archive = try #require(opened)
            let waiting = try #require(try await archive.pending().first)
            #expect(waiting.erasure?.waitingFor.contains("clones") == true)
            let marked = try await archive.retry(waiting, clock: WallClock { 1234 })
            #expect(marked?.erasure?.retryAt == 1234 && marked?.imageID == volume.handle.imageID)
            let job = Erasures.Job(
                target: controller.location.target,
                pool: laboratory.io.poolName,
                namespace: laboratory.io.namespace,
                key: volume.handle.recordKey,
                imageID: volume.handle.imageID
            )
            #expect(await controller.erasures.isWanted(job, since: 1234))
            #expect(await !controller.erasures.isWanted(job, since: 1235))
            var nobody = waiting
            nobody.imageID = "nobody"
            #expect(try await archive.retry(nobody) == nil)
            try await controller.delete(copy.handle)
            await controller.erased(2)
            try await laboratory.expectNothing()
        }
    }
}
