// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import Testing

@testable internal import Locker

/// Volumes of an encrypted class that share its template's data, which librbd 17 and later can; `dev/debian` has one.
@Suite(.enabled(if: LibraryFeatures.hasLayeredEncryption), .timeLimit(.minutes(4)))
struct LayeredTemplateTests {
    private static let zeroes = [UInt8](repeating: 0, count: 4096)

    /// Where the template has something, its last bytes included; it has 24 MiB, less than two headers.
    private static let places: [(offset: UInt64, bytes: [UInt8])] = [
        (0, TemplateContent.head), (5 << 20, TemplateContent.pattern),
        ((24 << 20) - 65536, TemplateContent.pattern.reversed()),
    ]

    private static func request(
        _ laboratory: Laboratory,
        _ student: String,
        template: String = "base@v1"
    ) throws -> VolumeRequest {
        try laboratory.templateRequest(student, template: template, required: 32 << 20, way: "auto")
    }

    private static func template(_ laboratory: Laboratory) async throws {
        try await laboratory.io.createImage("base", size: 24 << 20, options: ImageOptions())
        try await laboratory.io.withImage(.name("base"), readOnly: false) { image in
            for place in Self.places { try image.write(offset: place.offset, place.bytes) }
            try image.createSnapshot("v1")
        }
    }

    /// Removes the template, and expects nothing else to be left.
    private static func expectOnlyTemplate(
        _ laboratory: Laboratory,
        by controller: Controller,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(try await laboratory.wrappedKeys() == [], sourceLocation: sourceLocation)
        try await controller.tidy()
        #expect(try await laboratory.io.images().map(\.name) == ["base"], sourceLocation: sourceLocation)
        #expect(try await laboratory.io.trash().isEmpty, sourceLocation: sourceLocation)
        try await laboratory.io.withImage(.name("base"), readOnly: false) { image in
            for snapshot in try image.snapshots() { try image.removeSnapshot(snapshot.name) }
        }
        try await laboratory.io.removeImage("base")
        try await laboratory.expectNothing(sourceLocation: sourceLocation)
    }

    /// Expects the template's data, all of them, under the volume's key.
    private static func expectTemplate(
        in volume: VolumeDescription,
        _ laboratory: Laboratory,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let found = try await laboratory.withOpened(volume, by: Laboratory.keys(1)) { image in
            try Self.places.map { try image.read(offset: $0.offset, count: $0.bytes.count) }
        }
        #expect(found == Self.places.map(\.bytes), sourceLocation: sourceLocation)
    }

    @Test("Each student shares the template's data under a key of its own, and what it writes is nobody else's to read")
    func students() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            try await Self.template(laboratory)
            var volumes: [VolumeDescription] = []
            for student in ["ada", "grace"] {
                let request = try Self.request(laboratory, student)
                let volume = try await controller.create(request)
                #expect(try await controller.create(request) == volume)
                volumes.append(volume)
            }
            #expect(try await laboratory.io.images().count == 4, "the template, its base, two volumes")
            #expect(try await Set(laboratory.wrappedKeys().map(\.dataKeyID)).count == 2)
            for volume in volumes {
                let record = volume.record
                #expect(record.encryption == .luks2Layered && record.dataOffsetBytes == 16 << 20)
                #expect(volume.capacityBytes == 32 << 20 && record.cloneDepth == 0 && !record.flatten)
                #expect(record.filesystem?.uuidInherited == true && record.filesystem?.type == "xfs")
                #expect(try await laboratory.hasParent(volume.handle))
                try await Self.expectTemplate(in: volume, laboratory)
                // Its own objects: the first one of the header, and the empty ones that hide the parent's.
                let used = try await laboratory.io.withImage(.id(volume.handle.imageID), readOnly: true) {
                    try $0.usedBytes()
                }
                #expect(used <= 16 << 20, "\(used)")
            }
            let (ada, grace) = (volumes[0], volumes[1])
            try await laboratory.withOpened(ada, by: Laboratory.keys(1), readOnly: false) { image in
                #expect(try image.size == 32 << 20)
                try image.write(offset: (5 << 20) + 65536, Array(TemplateContent.pattern.reversed()))
                try image.write(offset: 31 << 20, TemplateContent.pattern)
                try image.flush()
                // Where the template has zeroes in an object that is the volume's own now: 64 KiB are read as what was
                // written; the data process asks for that however little it reads.
                #expect(try image.read(offset: 6 << 20, count: 65536).allSatisfy { $0 == 0 })
                #expect(try image.read(offset: (5 << 20) + 65536, count: 65536) == TemplateContent.pattern.reversed())
                #expect(try image.read(offset: 31 << 20, count: 65536) == TemplateContent.pattern)
            }
            try await Self.expectTemplate(in: ada, laboratory)
            try await Self.expectTemplate(in: grace, laboratory)
            let written: [UInt64] = [5 << 20, (5 << 20) + 65536, 31 << 20]
            for offset in written {
                let raw = try await laboratory.read(4096, at: offset + UInt64(Laboratory.dataOffset), from: ada.handle)
                #expect(
                    ![TemplateContent.pattern, TemplateContent.pattern.reversed()].contains { $0.starts(with: raw) }
                )
                #expect(raw.contains { $0 != 0 })
            }
            #expect(try await controller.expand(ada.handle, to: 64 << 20) == 64 << 20)
            try await Self.expectTemplate(in: ada, laboratory)
            for volume in volumes { try await controller.delete(volume.handle) }
            await controller.erased(2)
            #expect(try await laboratory.receipts().count == 2)
            try await Self.expectOnlyTemplate(laboratory, by: controller)
        }
    }

    @Test("Many at once make one base; one that is used stays, and a new version of the template has its own")
    func many() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            try await Self.template(laboratory)
            let volumes = try await withThrowingTaskGroup(of: VolumeDescription.self) { group in
                for number in 0..<16 {
                    group.addTask { try await controller.create(Self.request(laboratory, "s\(number)")) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for volume in volumes { try await Self.expectTemplate(in: volume, laboratory) }
            #expect(try await laboratory.io.images().count == 18)
            try await controller.tidy()
            #expect(try await laboratory.io.images().count == 18)
            try await laboratory.io.withImage(.name("base"), readOnly: false) { image in
                try image.write(offset: 5 << 20, Array(TemplateContent.pattern.reversed()))
                try image.createSnapshot("v2")
            }
            let newer = try await controller.create(Self.request(laboratory, "newer", template: "base@v2"))
            let found = try await laboratory.withOpened(newer, by: Laboratory.keys(1)) {
                try $0.read(offset: 5 << 20, count: 65536)
            }
            #expect(found == TemplateContent.pattern.reversed())
            #expect(try await laboratory.io.images().count == 20)
            for volume in volumes + [newer] { try await controller.delete(volume.handle) }
            await controller.erased(17)
            try await Self.expectOnlyTemplate(laboratory, by: controller)
        }
    }

    @Test(
        "Ended at any step, it is finished by whoever comes next, or taken back",
        arguments: [
            "create.keyed", "layer.grown", "layer.based", "layer.cloned", "create.encrypted", "clone.made",
            "clone.fitted", "create.imaged",
        ]
    )
    func recovery(_ step: String) async throws {
        try await Laboratory.with { laboratory in
            try await Self.template(laboratory)
            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: step))
            await #expect(throws: Interruption(step: step)) { try await first.create(Self.request(laboratory, "ada")) }
            let lost = try laboratory.controller("locker-1", hook: Interruption.hook(at: step))
            if step != "layer.based" {
                await #expect(throws: Interruption.self) { try await lost.create(Self.request(laboratory, "grace")) }
            }
            let second = try laboratory.controller("locker-0")
            let volume = try await second.create(Self.request(laboratory, "ada"))
            try await Self.expectTemplate(in: volume, laboratory)
            try await second.delete(volume.handle)
            await second.erased()
            let late = try laboratory.controller("locker-2", ahead: 2 * Volumes.abandonedAfter)
            try await late.tidy()
            try await Self.expectOnlyTemplate(laboratory, by: late)
        }
    }

    @Test("A copy of it and what is restored of its snapshot hold all of it, in blocks of their own")
    func copies() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            try await Self.template(laboratory)
            let volume = try await controller.create(Self.request(laboratory, "ada"))
            try await laboratory.withOpened(volume, by: Laboratory.keys(1), readOnly: false) { image in
                try image.write(offset: 9 << 20, TemplateContent.pattern)
                try image.flush()
            }
            let snapshot = try await controller.snapshot(of: volume.handle)
            for (name, source) in [("one", VolumeSource.volume(volume.handle)), ("two", .snapshot(snapshot.handle))] {
                let copy = try await controller.create(laboratory.encryptedCopy(of: source, named: name))
                #expect(copy.record.encryption == .luks2Flat && copy.capacityBytes == 32 << 20)
                #expect(try await !laboratory.hasParent(copy.handle))
                try await Self.expectTemplate(in: copy, laboratory)
                let found = try await laboratory.withOpened(copy, by: Laboratory.keys(1)) { image in
                    [try image.read(offset: 9 << 20, count: 65536), try image.read(offset: 12 << 20, count: 4096)]
                }
                #expect(found == [TemplateContent.pattern, Self.zeroes])
                try await controller.delete(copy.handle)
            }
            try await controller.deleteSnapshot(snapshot.handle)
            try await controller.delete(volume.handle)
            await controller.erased(3)
            try await Self.expectOnlyTemplate(laboratory, by: controller)
        }
    }

    @Test("Of a snapshot all that may be the template's counts as written, and what changed later is told by itself")
    func blocks() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            try await Self.template(laboratory)
            let volume = try await controller.create(Self.request(laboratory, "ada"))
            let first = try await controller.snapshot("one", of: volume.handle)
            try await laboratory.withOpened(volume, by: Laboratory.keys(1), readOnly: false) { image in
                try image.write(offset: 29 << 20, TemplateContent.pattern)
                try image.flush()
            }
            let second = try await controller.snapshot("two", of: volume.handle)
            let allocated = try await controller.blocks(of: second.handle)
            #expect(allocated.first?.offset == 0 && allocated.first.map { $0.length >= 24 << 20 } == true)
            #expect(allocated.contains { ($0.offset..<$0.offset + $0.length).contains(29 << 20) })
            #expect(allocated.reduce(0) { $0 + $1.length } < 29 << 20)
            let changed = try await controller.blocks(of: second.handle, since: first.handle)
            // Of an object that is new librbd tells all up to what was written.
            let run = try #require(changed.first.map { $0.offset..<$0.offset + $0.length })
            #expect(changed.count == 1 && run.lowerBound >= 28 << 20 && run.upperBound == (29 << 20) + 65536, "\(run)")
            try await controller.deleteSnapshot(first.handle)
            try await controller.deleteSnapshot(second.handle)
            try await controller.delete(volume.handle)
            await controller.erased()
            try await Self.expectOnlyTemplate(laboratory, by: controller)
        }
    }

    @Test("Its archive has the template's data too, and opens by the key that was wrapped for it")
    func archived() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let keys = try Laboratory.keys(1)
            try await Self.template(laboratory)
            _ = try await controller.create(Self.request(laboratory, "ada"))
            let term = laboratory.term(of: controller)
            let ended = try await term.end(
                laboratory.io,
                archive: laboratory.order(keeper: keys),
                patience: .seconds(60)
            )
            #expect(ended.map(\.outcome) == [.archived], "\(ended)")
            let archive = try #require(try await laboratory.listed(by: controller).first)
            let keeping = CourseArchives(volumes: controller.volumes, at: controller.location)
            let restored = try await keeping.restore(archive, in: laboratory.archives(), as: "again", keeper: keys)
            #expect(restored.record.encryption == .luks2Layered)
            #expect(try await !laboratory.hasParent(restored.handle))
            try await Self.expectTemplate(in: restored, laboratory)
            try await controller.delete(restored.handle)
            await controller.erased(2)
            try await laboratory.eraseArchives(by: controller)
            try await Self.expectOnlyTemplate(laboratory, by: controller)
        }
    }
}
