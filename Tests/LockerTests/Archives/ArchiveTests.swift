// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

@testable internal import Locker

/// A course that is archived when its term ends.
@Suite(.timeLimit(.minutes(5)))
struct ArchiveTests {
    private static let pattern = (0..<65536).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }

    /// A volume with something in it, here and there.
    private static func volume(
        _ name: String,
        student: String,
        _ laboratory: Laboratory,
        by controller: Controller
    ) async throws -> VolumeDescription {
        let volume = try await controller.create(laboratory.request(name, required: 24 << 20, student: student))
        try await laboratory.write(Self.pattern, at: 4096, to: volume.handle)
        try await laboratory.write(Self.pattern.reversed(), at: 17 << 20, to: volume.handle)
        return volume
    }

    @Test("Each volume is copied, compared and only then erased; one in use stays; an archive comes back as a volume")
    func archived() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await Self.volume("one", student: "ada", laboratory, by: controller)
            _ = try await controller.snapshot(of: volume.handle)
            let used = try await Self.volume("used", student: "grace", laboratory, by: controller)
            try await laboratory.edit(used.handle) { $0.attachments = [Attachment(nodeID: "node-7")] }
            let clone = try await controller.create(laboratory.copy(of: .volume(volume.handle), named: "clone"))
            let term = laboratory.term(of: controller)

            let survey = try await term.survey(laboratory.io, forArchive: true)
            #expect(survey.map(\.outcome) == [.kept, .kept, .kept])
            // In two objects, of which librbd may tell more than what was written; a clone reads what its parent has.
            let needed = survey.map(\.contentBytes)
            #expect(needed.allSatisfy { (2 * 65536...8 << 20).contains($0) } && Set(needed).count == 1, "\(needed)")
            #expect(try await laboratory.archiveRemains() == [])

            let order = laboratory.order()
            let ended = try await term.end(laboratory.io, archive: order, patience: .seconds(60))
            let outcomes = Dictionary(uniqueKeysWithValues: ended.map { ($0.volume, $0.outcome) })
            #expect(outcomes == ["one": .archived, "clone": .archived, "used": .refused], "\(ended)")
            #expect(ended.first { $0.volume == "used" }?.reason.contains("node-7") == true)
            let until = DateText.iso8601(milliseconds: order.keepUntil)
            #expect(
                ended.filter { $0.outcome == .archived }.allSatisfy { $0.keptUntil == until && !$0.archive.isEmpty }
            )
            #expect(try await laboratory.records().map(\.requestName) == ["used"])
            #expect(
                Set(try await laboratory.receipts().map(\.imageID)) == [volume.handle.imageID, clone.handle.imageID]
            )

            let archives = try await laboratory.listed(by: controller)
            #expect(archives.map(\.state) == [.kept, .kept] && archives.map(\.volume) == ["clone", "one"])
            // Both hold the same, which is in two objects.
            #expect(Set(archives.map(\.contentDigest)).count == 1)
            #expect(
                archives.map(\.contentBytes) == [8 << 20, 8 << 20] && archives.map(\.bytes) == [24 << 20, 24 << 20]
            )
            for archive in archives {
                let bytes = try await laboratory.archives().withImage(.id(archive.image), readOnly: true) { image in
                    [try image.read(offset: 4096, count: 65536), try image.read(offset: 17 << 20, count: 65536)]
                }
                #expect(bytes == [Self.pattern, Self.pattern.reversed()])
            }

            let archive = try #require(archives.first { $0.volume == "one" })
            let keeping = CourseArchives(volumes: controller.volumes, at: controller.location)
            let place = try await laboratory.archives()
            let restored = try await keeping.restore(archive, in: place, as: "again", keeper: nil)
            #expect(try await keeping.restore(archive, in: place, as: "again", keeper: nil) == restored)
            #expect(restored.record.student == "ada" && restored.capacityBytes == 24 << 20)
            #expect(restored.record.source == Source(archiveImageID: archive.image) && restored.record.archive == nil)
            #expect(try await laboratory.read(65536, at: 4096, from: restored.handle) == Self.pattern)
            #expect(try await controller.find(restored.handle) == restored)
            #expect(try await laboratory.total().volumes == 1)
            await expectRefusal(.alreadyExists, saying: "used") {
                try await keeping.restore(archive, in: place, as: "used", keeper: nil)
            }
            try await controller.delete(restored.handle)

            // An archive is none of what an end of a term erases.
            let kept = try await term.end(place, patience: .zero)
            #expect(kept.map(\.outcome) == [.refused, .refused] && kept[0].reason.contains("archive erase"))
            try await laboratory.eraseArchives(by: controller)
        }
    }

    @Test(
        "What is encrypted stays so: its key is wrapped anew, opens the archive and what is restored, and goes with it"
    )
    func encrypted() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let keys = try Laboratory.keys(1)
            let volume = try await controller.create(laboratory.encryptedRequest("secret", required: 12 << 20))
            try await laboratory.withOpened(volume, by: keys, readOnly: false) { image in
                try image.write(offset: 4096, Self.pattern)
                try image.flush()
            }
            let term = laboratory.term(of: controller)
            let refused = try await term.end(laboratory.io, archive: laboratory.order(), patience: .zero)
            #expect(refused.map(\.outcome) == [.refused], "\(refused)")
            #expect(refused[0].reason.contains("--archive-keys"))
            #expect(try await laboratory.archiveRemains() == [])
            #expect(try await controller.find(volume.handle)?.record.attachments == [])

            let newer = try Laboratory.keys(1, 2)
            let ended = try await term.end(
                laboratory.io,
                archive: laboratory.order(keeper: newer),
                patience: .seconds(60)
            )
            #expect(ended.map(\.outcome) == [.archived], "\(ended)")
            #expect(try await laboratory.wrappedKeys() == [])
            let archive = try #require(try await laboratory.listed(by: controller).first)
            #expect(archive.isEncrypted)
            // Nothing of it is in the clear.
            let raw = try await laboratory.archives().withImage(.id(archive.image), readOnly: true) { image in
                try image.read(offset: UInt64(Laboratory.dataOffset) + 4096, count: 4096)
            }
            #expect(raw != Array(Self.pattern.prefix(4096)) && raw.contains { $0 != 0 })
            let keeping = CourseArchives(volumes: controller.volumes, at: controller.location)
            let place = try await laboratory.archives()
            await expectRefusal(.failedPrecondition, saying: "kek.2") {
                try await keeping.restore(archive, in: place, as: "again", keeper: keys)
            }
            let restored = try await keeping.restore(archive, in: place, as: "again", keeper: newer)
            #expect(restored.record.wrappingKeyID == "kek.2" && restored.record.dataKeyID != volume.record.dataKeyID)
            let bytes = try await laboratory.withOpened(restored, by: newer) { try $0.read(offset: 4096, count: 65536) }
            #expect(bytes == Self.pattern)
            try await controller.delete(restored.handle)
            try await laboratory.eraseArchives(by: controller)
        }
    }

    @Test("The controllers erase archives whose time is over, each with a receipt, and no others")
    func expired() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            _ = try await Self.volume("old", student: "ada", laboratory, by: controller)
            let term = laboratory.term(of: controller)
            _ = try await term.end(laboratory.io, archive: laboratory.order(keptFor: 600_000), patience: .seconds(60))
            let archive = try #require(try await laboratory.listed(by: controller).first)
            try await laboratory.tidyArchives(by: controller)
            #expect(try await laboratory.listed(by: controller) == [archive])

            let later = try laboratory.controller("locker-1", ahead: 601_000)
            #expect(try await laboratory.listed(by: later).map(\.state) == [.expired])
            try await laboratory.tidyArchives(by: later)
            await later.erased()
            #expect(try await laboratory.archiveRemains() == [])
            let receipts = try await ErasureArchive.open(laboratory.archives())?.receipts()
            #expect(receipts?.map(\.imageID) == [archive.image])
        }
    }

    @Test(
        "Ended at any step, a repeat archives what is not, and erases what is",
        arguments: [
            "transfer.recorded", "transfer.counted", "archive.claimed", "transfer.claimed", "copy.begun", "copy.copied",
            "copy.named", "transfer.compared", "transfer.keyed", "transfer.ready", "archive.handed", "delete.marked",
            "delete.trashed", "delete.moved",
        ]
    )
    func recovery(_ step: String) async throws {
        try await Laboratory.with { laboratory in
            let maker = try laboratory.controller("locker-7")
            let keys = try Laboratory.keys(1)
            let volume = try await maker.create(laboratory.encryptedRequest("pvc-1"))
            try await laboratory.withOpened(volume, by: keys, readOnly: false) { image in
                try image.write(offset: 4096, Self.pattern)
            }
            let order = laboratory.order(keeper: keys)
            let first = try laboratory.controller("admin", hook: Interruption.hook(at: step))
            await #expect(throws: Interruption(step: step)) {
                try await laboratory.term(of: first).end(laboratory.io, archive: order, patience: .seconds(60))
            }
            // Nothing is lost: the volume is there as long as its archive is not whole.
            if try await laboratory.listed(by: maker).first?.state != .kept {
                #expect(try await maker.find(volume.handle) != nil)
            }
            // Another process, once the first one's step counts as abandoned.
            let second = try laboratory.controller("admin-2", ahead: 30_000)
            let ended = try await laboratory.term(of: second)
                .end(laboratory.io, archive: order, patience: .seconds(60))
            #expect(ended.map(\.outcome) == [.archived], "\(ended)")
            try await laboratory.expectNothing()
            let archive = try #require(try await laboratory.listed(by: second).first)
            #expect(archive.state == .kept && archive.originalImage == volume.handle.imageID)
            try await laboratory.eraseArchives(by: second)
        }
    }

    @Test(
        "A copy that was begun and is taken back gives the volume to its course again; so does an end without archive"
    )
    func takenBack() async throws {
        try await Laboratory.with { laboratory in
            let maker = try laboratory.controller("locker-7")
            let volume = try await Self.volume("pvc-1", student: "ada", laboratory, by: maker)
            for isErased in [false, true] {
                let first = try laboratory.controller("admin", hook: Interruption.hook(at: "copy.copied"))
                await #expect(throws: Interruption(step: "copy.copied")) {
                    try await laboratory.term(of: first)
                        .end(laboratory.io, archive: laboratory.order(), patience: .zero)
                }
                #expect(try await maker.find(volume.handle)?.record.attachments.map(\.nodeID) == ["lockerctl term end"])
                let second = try laboratory.controller("admin")
                #expect(try await laboratory.listed(by: second).map(\.state) == [.making])
                if isErased {
                    let ended = try await laboratory.term(of: second).end(laboratory.io, patience: .seconds(60))
                    #expect(ended.map(\.outcome) == [.erased], "\(ended)")
                }
                try await laboratory.eraseArchives(by: second)
                if !isErased { #expect(try await maker.find(volume.handle)?.record.attachments == []) }
            }
            try await laboratory.expectNothing()
        }
    }

    @Test("One that was used since it was archived is archived anew")
    func changed() async throws {
        try await Laboratory.with { laboratory in
            let maker = try laboratory.controller("locker-7")
            let volume = try await Self.volume("pvc-1", student: "ada", laboratory, by: maker)
            let first = try laboratory.controller("admin", hook: Interruption.hook(at: "transfer.ready"))
            await #expect(throws: Interruption(step: "transfer.ready")) {
                try await laboratory.term(of: first).end(laboratory.io, archive: laboratory.order(), patience: .zero)
            }
            // An administrator has given it back by hand, and a pod wrote.
            try await laboratory.edit(volume.handle) { $0.attachments = [] }
            try await laboratory.write([7, 7, 7], at: 9 << 20, to: volume.handle)
            let second = try laboratory.controller("admin")
            let term = laboratory.term(of: second)
            let refused = try await term.end(laboratory.io, archive: laboratory.order(), patience: .zero)
            #expect(refused.map(\.outcome) == [.refused] && refused[0].reason.contains("used since"), "\(refused)")
            await second.erased()
            let ended = try await term.end(laboratory.io, archive: laboratory.order(), patience: .seconds(60))
            #expect(ended.map(\.outcome) == [.archived], "\(ended)")
            let archive = try #require(try await laboratory.listed(by: second).first)
            let bytes = try await laboratory.archives().withImage(.id(archive.image), readOnly: true) { image in
                try image.read(offset: 9 << 20, count: 3)
            }
            #expect(bytes == [7, 7, 7])
            try await laboratory.eraseArchives(by: second)
        }
    }

    @Test("Groups' snapshots go with their course; one that holds another course's volume keeps both")
    func groups() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let one = try await controller.create(laboratory.request("one"))
            let two = try await controller.create(laboratory.request("two"))
            let other = try await controller.create(
                laboratory.request("other", parameters: ["course": "geometry-\(laboratory.io.namespace)"])
            )
            _ = try await controller.group("own", of: [one.handle, two.handle])
            let mixed = try await controller.group("mixed", of: [two.handle, other.handle])
            let term = laboratory.term(of: controller)
            #expect(try await term.survey(laboratory.io).map(\.snapshots) == [1, 2])
            let ended = try await term.end(laboratory.io, patience: .seconds(60))
            #expect(ended.map(\.volume) == ["one", "two"] && ended.map(\.outcome) == [.erased, .refused], "\(ended)")
            #expect(ended[1].reason.contains("\"mixed\"") && ended[1].reason.contains(other.record.imageName))
            #expect(try await laboratory.groupRecords() == [mixed.record])
            try await controller.deleteGroup(mixed)
            let rest = try await term.end(laboratory.io, patience: .seconds(60))
            #expect(rest.map(\.outcome) == [.erased], "\(rest)")
            #expect(try await laboratory.records().map(\.requestName) == ["other"])
        }
    }

    @Test("A full pool stops it with a clear error, and the volumes are as they were")
    func full() async throws {
        let cluster = try await TestCluster.start(store: .memstore, size: 400_000_000, manager: .wait)
        try await cluster.withVolumes { volumes, admin in
            let location = VolumeLocation(clusterID: "lab", target: cluster.admin)
            for name in ["one", "two"] {
                let request = VolumeRequest(
                    name: name,
                    capacity: try CapacityBounds(required: 8 << 20, limit: 0),
                    parameters: try ClassParameters(["clusterID": "lab", "pool": "students", "course": "full"]),
                    capabilities: [Capability(block: true, accessMode: 1)]
                )
                let volume = try await volumes.create(request, at: location, configuredNamespace: "")
                let io = try await admin.ioContext(pool: "students", namespace: "full")
                try await io.withImage(.id(volume.handle.imageID), readOnly: false) { image in
                    try image.write(offset: 0, [UInt8](repeating: 3, count: 4 << 20))
                }
            }
            _ = try await admin.monitorCommand([
                "prefix": "osd pool set-quota", "pool": "rbd", "field": "max_bytes", "val": "\(1 << 20)",
            ])
            let term = TermEnd(course: "full", volumes: volumes, at: location)
            let io = try await admin.ioContext(pool: "students", namespace: "full")
            let order = ArchiveOrder(pool: "rbd", keepUntil: WallClock.system.milliseconds + 60_000, keeper: nil)
            let ended = try await term.end(io, archive: order, patience: .zero)
            #expect(ended.map(\.outcome) == [.refused, .refused], "\(ended)")
            #expect(ended.allSatisfy { $0.reason.contains("pool rbd") }, "\(ended)")
            let records = try await VolumeListing().volumes(in: io)
            #expect(records.count == 2 && records.allSatisfy { $0.phase == .ready && $0.attachments.isEmpty })
            let archives = try await admin.ioContext(pool: "rbd", namespace: "full")
            #expect(try await archives.images().isEmpty)
            #expect(try await VolumeListing().volumes(in: archives).isEmpty)
        }
    }
}
