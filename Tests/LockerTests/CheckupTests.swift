// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

@testable internal import Locker

/// What does not fit together in a pool is found, explained, and repaired where that harms nobody.
@Suite(.timeLimit(.minutes(3)))
struct CheckupTests {
    private let checkup = Checkup(patience: .milliseconds(50))

    @Test("Volumes in use, being erased and gone are no finding")
    func sound() async throws {
        try await Laboratory.with { laboratory in
            #expect(try await self.checkup.findings(in: laboratory.io).isEmpty)
            let controller = try laboratory.controller(width: 0)
            _ = try await controller.create(laboratory.request("kept"))
            try await controller.delete(controller.create(laboratory.request("erasing")).handle)
            #expect(try await laboratory.io.trash().count == 1)
            #expect(try await self.checkup.findings(in: laboratory.io).isEmpty)
        }
    }

    @Test("Images that went astray are found, with what to do, and are left alone")
    func images() async throws {
        try await Laboratory.with { laboratory in
            let io = laboratory.io
            let controller = try laboratory.controller(width: 0)
            for name in ["renamed", "trashed", "removed", "fenced"] {
                _ = try await controller.create(laboratory.request(name))
            }
            func image(_ name: String) -> String { self.key(name).imageName }
            try await io.renameImage(image("renamed"), to: "mine")
            try await io.moveImageToTrash(image("trashed"))
            try await io.removeImage(image("removed"))
            try await io.createImage(image("nobody's"), size: 1 << 20)
            try await io.createImage(image("thrown away"), size: 1 << 20)
            try await io.moveImageToTrash(image("thrown away"))
            try await io.createImage("somebody's own", size: 1 << 20)
            try await self.fence("fenced", in: laboratory)
            // An image that is copied byte by byte belongs to the record of its volume.
            try await io.createImage("\(image("fenced"))-partial", size: 1 << 20)

            let findings = try await self.checkup.findings(in: io)
            var found: [Finding.Kind: String] = [:]
            for finding in findings { found[finding.kind] = finding.subject }
            let thrown = try #require(try await io.trash().first { $0.name == image("thrown away") })
            #expect(
                found == [
                    .imageRenamed: "renamed", .imageInTrash: "trashed", .imageMissing: "removed",
                    .imageUnknown: image("nobody's"), .trashUnknown: thrown.id, .nodeFenced: "fenced",
                    .nodeSilent: "fenced",
                ]
            )
            #expect(findings.count == 7 && findings.allSatisfy { !$0.isRepairable })
            let trashed = try #require(findings.first { $0.kind == .imageInTrash })
            #expect(trashed.remedy.contains("--image \(image("trashed")) students/\(io.namespace)/"), "\(trashed)")
            for finding in findings {
                await expectRefusal(.failedPrecondition) { try await self.checkup.repair(finding, in: io) }
            }
            for entry in try await io.trash() { _ = try await io.purge(id: entry.id) }
            for name in ["mine", "somebody's own", image("nobody's"), "\(image("fenced"))-partial"] {
                try await io.removeImage(name)
            }
        }
    }

    /// Has a volume's record say that it is mapped by a client that is fenced.
    private func fence(_ name: String, in laboratory: Laboratory) async throws {
        let opened = try await RecordStore.open(laboratory.io, layouts: LayoutCache(), creating: false)
        let store = try #require(opened)
        let found = try #require(try await store.volume(self.key(name)))
        var record = found.value
        record.attachments = [
            Attachment(nodeID: "node-1", clientAddress: "127.0.0.1:0/3405691590"),
            Attachment(nodeID: "node-2", clientAddress: "127.0.0.1:0/3405691591"),
        ]
        _ = try #require(try await store.put(record, at: self.key(name), replacing: found))
        try await laboratory.io.cluster.blocklist("127.0.0.1:0/3405691590", for: .seconds(60))
    }

    @Test("What takes too long is found, and not before it does")
    func late() async throws {
        try await Laboratory.with { laboratory in
            let past = try laboratory.controller(ahead: -3 * 3_600_000, width: 0)
            try await past.delete(past.create(laboratory.request("erasing")).handle)
            _ = try await past.create(laboratory.request("old but well"))
            let findings = try await self.checkup.findings(in: laboratory.io)
            #expect(findings.map(\.kind) == [.erasureLate] && findings.map(\.subject) == ["erasing"], "\(findings)")
        }
    }

    @Test("A ledger that disagrees with the records is found, repaired, and found right")
    func ledger() async throws {
        try await Laboratory.with { laboratory in
            let io = laboratory.io
            let controller = try laboratory.controller(width: 0)
            var volumes: [String: VolumeDescription] = [:]
            for name in ["forgotten", "wrong", "right"] {
                volumes[name] = try await controller.create(laboratory.request(name))
            }
            let opened = try await RecordStore.open(io, layouts: LayoutCache(), creating: false)
            let record = try #require(try await opened?.volume(self.key("right"))?.value)
            let ledger = Ledger(course: record.course, io: io, clock: .system)
            let object = LedgerObject(course: record.course, io: io)
            let before = try await laboratory.omap(of: object.name)
            try await ledger.release(self.key("forgotten"), student: record.student)
            try await ledger.count(self.key("wrong"), student: record.student, bytes: 1)
            try await ledger.count(self.key("gone"), student: "ada", bytes: 7)
            var total = try StudentTotal(decoding: try #require(try await laboratory.omap(of: object.name)["s/ada"]))
            (total.bytes, total.revision) = (8, total.revision + 1)
            let tampered = try total.encoded()
            try await io.write(object.name) { $0.setOmap(["s/ada": tampered]) }
            var course = try CourseTotal(decoding: try #require(try await laboratory.omap(of: object.name)["c"]))
            course.bytes += 1
            let more = try course.encoded()
            try await io.write(object.name) { $0.setOmap(["c": more]) }

            let findings = try await self.checkup.findings(in: io)
            #expect(Set(findings.map(\.kind)) == [.ledgerMissing, .ledgerWrong, .ledgerLeftover, .totalWrong])
            #expect(findings.count == 5 && findings.allSatisfy(\.isRepairable))
            for _ in 0..<2 {
                for finding in findings { try await self.checkup.repair(finding, in: io) }
            }
            let left = try await self.checkup.findings(in: io)
            for finding in left { try await self.checkup.repair(finding, in: io) }
            #expect(try await self.checkup.findings(in: io).isEmpty)
            let after = try await laboratory.omap(of: object.name)
            #expect(Set(after.keys) == Set(before.keys))
            for (key, value) in before where key.hasPrefix("v/") {
                let (old, new) = (try LedgerEntry(decoding: value), try LedgerEntry(decoding: after[key] ?? []))
                #expect(old.bytes == new.bytes && old.student == new.student)
            }
            let totals = try [before, after].map { try StudentTotal(decoding: $0["s/ada"] ?? []) }
            #expect(totals[0].bytes == totals[1].bytes && totals[0].volumes == totals[1].volumes)
            #expect(totals[1].volumes == 3)
            let courses = try [before, after].map { try CourseTotal(decoding: $0["c"] ?? []) }
            #expect(courses[0].bytes == courses[1].bytes && courses[1].volumes == 3)
        }
    }

    private func key(_ name: String) -> RecordKey { RecordKey(instance: "test", name: name) }
}
