// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

@testable internal import Locker

/// The end of a term: a course's volumes are gone, another's are not, and each is accounted for.
@Suite(.timeLimit(.minutes(3)))
struct TermEndTests {
    @Test("Volumes, snapshots and copies of a course are erased and proved so; one in use is refused until it is not")
    func end() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            var made: [String: VolumeDescription] = [:]
            for (name, student) in [("one", "ada"), ("two", "grace"), ("three", "grace")] {
                made[name] = try await controller.create(laboratory.request(name, student: student))
            }
            let source = try #require(made["one"])
            _ = try await controller.snapshot(of: source.handle)
            made["copy"] = try await controller.create(laboratory.copy(of: .volume(source.handle), named: "copy"))
            let other = try await controller.create(
                laboratory.request("other", parameters: ["course": "geometry"])
            )
            let used = try #require(made["three"])
            try await self.attach(used, to: "node-7", in: laboratory)

            let term = TermEnd(
                course: source.record.course,
                volumes: controller.volumes,
                at: controller.location
            )
            let survey = try await term.survey(laboratory.io)
            #expect(survey.map(\.volume).sorted() == ["copy", "one", "three", "two"])
            #expect(survey.allSatisfy { $0.outcome == .kept })
            #expect(survey.first { $0.volume == "one" }?.snapshots == 1)
            #expect(survey.first { $0.volume == "three" }?.nodes == ["node-7"])
            #expect(try await laboratory.records().count == 5)

            let ended = try await term.end(laboratory.io, patience: .seconds(60))
            var outcomes: [String: TermVolume.Outcome] = [:]
            for volume in ended { outcomes[volume.volume] = volume.outcome }
            #expect(outcomes == ["one": .erased, "two": .erased, "copy": .erased, "three": .refused], "\(ended)")
            #expect(ended.first { $0.outcome == .refused }?.reason.contains("node-7") == true)
            let gone = ["one", "two", "copy"].compactMap { made[$0]?.handle.imageID }
            #expect(Set(try await laboratory.receipts().map(\.imageID)) == Set(gone))
            #expect(Set(try await laboratory.records().map(\.requestName)) == ["three", "other"])

            try await self.attach(used, to: nil, in: laboratory)
            let rest = try await term.end(laboratory.io, patience: .seconds(60))
            #expect(rest.map(\.volume) == ["three"] && rest.map(\.outcome) == [.erased], "\(rest)")
            #expect(try await term.end(laboratory.io, patience: .zero).isEmpty)
            #expect(try await laboratory.records().map(\.requestName) == ["other"])
            #expect(try await laboratory.io.images().map(\.id) == [other.handle.imageID])
            let total = try await laboratory.total("grace")
            #expect(total.bytes == 0 && total.volumes == 0)
        }
    }

    @Test("What an earlier call has deleted and not erased is taken on; another installation's volumes are refused")
    func resumed() async throws {
        try await Laboratory.with { laboratory in
            let stranger = try laboratory.controller("locker-0", instance: "somebody-else")
            let theirs = try await stranger.create(laboratory.request("theirs"))
            let first = try laboratory.controller("locker-0", width: 0)
            let volume = try await first.create(laboratory.request("deleted"))
            try await first.delete(volume.handle)
            await first.close()

            let second = try laboratory.controller("locker-1")
            let term = TermEnd(course: volume.record.course, volumes: second.volumes, at: second.location)
            let ended = try await term.end(laboratory.io, patience: .seconds(60))
            #expect(ended.map(\.volume) == ["deleted", "theirs"] && ended.map(\.outcome) == [.erased, .refused])
            #expect(ended.last?.reason.contains("--driver-name") == true, "\(ended)")
            try await stranger.delete(theirs.handle)
            await stranger.erased()
        }
    }

    /// Has a volume's record say that a node has it, or none.
    private func attach(_ volume: VolumeDescription, to node: String?, in laboratory: Laboratory) async throws {
        let opened = try await RecordStore.open(laboratory.io, layouts: LayoutCache(), creating: false)
        let store = try #require(opened)
        let found = try #require(try await store.volume(volume.handle.recordKey))
        var record = found.value
        record.attachments = node.map { [Attachment(nodeID: $0)] } ?? []
        _ = try #require(try await store.put(record, at: volume.handle.recordKey, replacing: found))
    }
}
