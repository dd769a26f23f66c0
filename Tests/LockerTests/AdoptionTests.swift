// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

@testable internal import Locker

/// Volumes of ceph-csi that become Locker's.
///
/// No ceph-csi runs here: images and journals are laid out as its documentation of the journal says that it does.
@Suite(.timeLimit(.minutes(3)))
struct AdoptionTests {
    @Test("A volume keeps its data and its id, is found by its handle, and is Locker's in every other way")
    func adopt() async throws {
        try await Laboratory.with { laboratory in
            let io = laboratory.io
            let old = try await self.layOut("pvc-1", in: io)
            let adoption = try self.adoption(io)
            let plan = try await adoption.plan("pvc-1", wish: self.wish(io))
            #expect(plan.refusals.isEmpty && plan.enablesLock && plan.filesystem == "ext4" && !plan.isRecorded)
            // Looking changes nothing.
            #expect(try await io.images().map(\.name) == [old.imageName])
            #expect(try await laboratory.records().isEmpty)
            let handle = try await adoption.adopt(plan, wish: self.wish(io))
            let again = try await adoption.adopt(
                try await adoption.plan("csi-vol-\(old.uuid)", wish: self.wish(io)),
                wish: self.wish(io)
            )
            #expect(again == handle && handle.imageID == old.imageID)

            let controller = try laboratory.controller(width: 0)
            let found = try #require(try await controller.find(handle))
            #expect(found.record.course == "informatics-\(io.namespace)" && found.record.student == "ada")
            #expect(found.record.filesystem?.type == "ext4" && found.record.payloadBytes == 8 << 20)
            #expect(try await laboratory.total().bytes == 8 << 20)
            let byte = try await io.withImage(.id(handle.imageID), readOnly: true) { image in
                #expect(try image.features.contains(.exclusiveLock))
                return try image.read(offset: 5 << 20, count: 1)
            }
            #expect(byte == [42])
            #expect(try await Checkup(patience: .milliseconds(50)).findings(in: io).isEmpty)
            #expect(try await controller.expand(handle, to: 16 << 20) == 16 << 20)
            try await controller.delete(handle)
            #expect(try await io.trash().map(\.id) == [old.imageID])
            try await old.removeJournal()
            try await CephCSIVolume.removeJournals(of: io)
        }
    }

    @Test("What was not used since is given back as it was, and what was is not")
    func undo() async throws {
        try await Laboratory.with { laboratory in
            let io = laboratory.io
            let old = try await self.layOut("pvc-1", in: io)
            let adoption = try self.adoption(io)
            let plan = try await adoption.plan("pvc-1", wish: self.wish(io))
            _ = try await adoption.adopt(plan, wish: self.wish(io))
            let entry = try await adoption.undo("pvc-1")
            #expect(entry.imageName == old.imageName && entry.imageID == old.imageID)
            let given = old.handle(clusterID: "lab", poolID: 5)
            #expect(given == "0001-0003-lab-0000000000000005-\(old.uuid)")
            #expect(entry.handle(clusterID: "lab", poolID: 5) == given)
            #expect(try await io.images().map(\.name) == [old.imageName])
            #expect(try await laboratory.records().isEmpty)
            #expect(try await laboratory.total().volumes == 0)
            await expectRefusal(.notFound) { _ = try await adoption.undo("pvc-1") }

            let second = try await adoption.plan("pvc-1", wish: self.wish(io))
            let handle = try await adoption.adopt(second, wish: self.wish(io))
            _ = try await Attachments.test("node-1").claim(handle, in: io, readOnly: false, accessMode: 1)
            await expectRefusal(.failedPrecondition) { _ = try await adoption.undo("pvc-1") }
            #expect(try await laboratory.records().count == 1)
            try await Attachments.test("node-1").release(handle, in: io)
            try await laboratory.controller().delete(handle)
            try await old.removeJournal()
            try await CephCSIVolume.removeJournals(of: io)
        }
    }

    @Test("An adoption that was cut short before the image got its name is refused deletion, and goes on")
    func cutShort() async throws {
        try await Laboratory.with { laboratory in
            let io = laboratory.io
            let old = try await self.layOut("pvc-1", in: io)
            let adoption = try self.adoption(io)
            let plan = try await adoption.plan("pvc-1", wish: self.wish(io))
            let handle = try await adoption.adopt(plan, wish: self.wish(io))
            // As it is between the record and the name.
            try await io.renameImage(plan.newName, to: old.imageName)
            let findings = try await Checkup(patience: .milliseconds(50)).findings(in: io)
            #expect(findings.map(\.kind) == [.imageRenamed])
            let controller = try laboratory.controller(width: 0)
            await expectRefusal(.failedPrecondition) { try await controller.delete(handle) }
            #expect(try await io.images().map(\.id) == [old.imageID])
        }
    }

    @Test("What cannot be Locker's is refused with the reason, and is left as it was")
    func refusals() async throws {
        try await Laboratory.with { laboratory in
            let io = laboratory.io
            let old = try await self.layOut("pvc-1", in: io, encryption: "vault")
            try await io.withImage(.name(old.imageName), readOnly: false) { try $0.createSnapshot("csi-snap-1") }
            let live = try await LiveImage.open(.name(old.imageName), in: io, readOnly: false)
            let adoption = try self.adoption(io)
            let plan = try await adoption.plan("pvc-1", wish: self.wish(io))
            for words in ["in use", "encrypted", "csi-snap-1"] {
                #expect(plan.refusals.contains { $0.contains(words) }, "\(words): \(plan.refusals)")
            }
            await expectRefusal(.failedPrecondition, saying: "in use", "encrypted", "csi-snap-1") {
                _ = try await adoption.adopt(plan, wish: self.wish(io))
            }
            try await live.close()
            await expectRefusal(.notFound, saying: "pvc-2") {
                _ = try await adoption.plan("pvc-2", wish: self.wish(io))
            }
            try await io.write("csi.volume.\(old.uuid)") { $0.setOmap(["csi.imageid": Array("abc".utf8)]) }
            await expectRefusal(.failedPrecondition, saying: "another image") {
                _ = try await adoption.plan("pvc-1", wish: self.wish(io))
            }
            try await io.write("csi.volumes.default") { $0.setOmap(["csi.volume.pvc-1": Array("00".utf8)]) }
            await expectRefusal(.failedPrecondition, saying: "another pool") {
                _ = try await adoption.plan("pvc-1", wish: self.wish(io))
            }
            #expect(try await io.images().map(\.name) == [old.imageName])
            #expect(try await laboratory.records().isEmpty)
            try await io.withImage(.name(old.imageName), readOnly: false) { try $0.removeSnapshot("csi-snap-1") }
            try await io.removeImage(old.imageName)
            try await old.removeJournal()
            try await CephCSIVolume.removeJournals(of: io)
        }
    }

    private func adoption(_ io: IOContext) throws -> Adoption {
        Adoption(in: io, instance: "test", keys: try InstanceKeys(parsing: "a-key-of-the-tests"))
    }

    private func wish(_ io: IOContext) -> AdoptionWish {
        AdoptionWish(
            clusterID: "lab",
            course: "informatics-\(io.namespace)",
            student: "ada",
            claimNamespace: "ada",
            claimName: "homework",
            isBlock: false
        )
    }

    /// Makes an image with ext4's signature and a byte of data on it, and the journal of it.
    private func layOut(_ name: String, in io: IOContext, encryption: String = "") async throws -> CephCSIVolume {
        try await CephCSIVolume(name, in: io, encryption: encryption) { image in
            try image.write(offset: 1024 + 0x38, [0x53, 0xEF])
            try image.write(offset: 5 << 20, [42])
        }
    }
}
