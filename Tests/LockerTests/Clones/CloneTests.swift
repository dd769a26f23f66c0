// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// Volumes that start as copies of volumes and snapshots.
@Suite(.timeLimit(.minutes(4)))
struct CloneTests {
    /// What is copied.
    enum Kind: String, CaseIterable, Sendable {
        case volume, snapshot

        func source(_ volume: VolumeDescription, by controller: Controller) async throws -> VolumeSource {
            switch self {
            case .volume: .volume(volume.handle)
            case .snapshot: .snapshot(try await controller.snapshot(of: volume.handle).handle)
            }
        }
    }

    @Test("A copy holds the source's data, goes its own way, and is what its record says", arguments: Kind.allCases)
    func copy(_ kind: Kind) async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            try await laboratory.write([1, 2, 3], to: volume.handle)
            let source = try await kind.source(volume, by: controller)
            let copy = try await controller.create(laboratory.copy(of: source))
            #expect(copy.record.source == source.record && copy.capacityBytes == 8 << 20)
            #expect(copy.record.cloneDepth == 1 && !copy.record.flatten && copy.record.phase == .ready)
            #expect(try await laboratory.read(3, from: copy.handle) == [1, 2, 3])
            #expect(try await laboratory.hasParent(copy.handle))
            // Only what the clone needs is left on the source, where nobody sees it.
            #expect(try await laboratory.kinds(of: volume.handle) == (kind == .volume ? [.trash] : [.user]))
            try await laboratory.write([9], to: volume.handle)
            try await laboratory.write([7], at: 1, to: copy.handle)
            #expect(try await laboratory.read(3, from: copy.handle) == [1, 7, 3])
            #expect(try await laboratory.read(3, from: volume.handle) == [9, 2, 3])
            let total = try await laboratory.total()
            #expect(total.bytes == 16 << 20 && total.volumes == 2)
            // The same request again is the same volume, even when the source is gone.
            #expect(try await controller.create(laboratory.copy(of: source)) == copy)
            try await laboratory.edit(volume.handle) { $0.phase = .deleting }
            #expect(try await controller.create(laboratory.copy(of: source)) == copy)
        }
    }

    @Test(
        "A copy in another pool holds the source's data, and the deleted source goes with it",
        arguments: Kind.allCases
    )
    func pools(_ kind: Kind) async throws {
        try await Laboratory.with { laboratory in
            try await laboratory.withTwin { twin in
                let controller = try laboratory.controller()
                let volume = try await controller.create(laboratory.request())
                try await laboratory.write([1, 2, 3], to: volume.handle)
                let source = try await kind.source(volume, by: controller)
                let copy = try await controller.create(laboratory.copy(of: source, parameters: ["pool": "rbd"]))
                #expect(
                    copy.pool == "rbd" && copy.handle.poolID == twin.poolID
                        && copy.handle.poolID != volume.handle.poolID
                )
                let held = try await twin.withImage(.id(copy.handle.imageID), readOnly: true) {
                    (try $0.read(offset: 0, count: 3), try $0.parent()?.image.id)
                }
                #expect(held.0 == [1, 2, 3] && held.1 == volume.handle.imageID)
                #expect(try await laboratory.io.images().map(\.id) == [volume.handle.imageID])
                if case .snapshot(let handle) = source { try await controller.deleteSnapshot(handle) }
                try await controller.delete(volume.handle)
                await controller.events.wait(for: "Volume's data goes once its last clone is gone")
                try await controller.delete(copy.handle)
                await controller.erased(2)
                #expect(try await twin.images().isEmpty)
                #expect(try await twin.trash().isEmpty)
                try await laboratory.expectNothing()
                await controller.close()
            }
        }
    }

    @Test("Of the source's limits and names in the image's metadata a copy has none", arguments: Kind.allCases)
    func metadata(_ kind: Kind) async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            await controller.volumes.finishAfterwards()
            let image = ImageName.id(volume.handle.imageID)
            try await laboratory.io.withImage(image, readOnly: false) { image in
                try image.setMetadata("conf_rbd_qos_iops_limit", to: "100")
                try image.setMetadata("locker.examiner", to: "grace")
                try image.setMetadata("note", to: "by hand")
            }
            let copy = try await controller.create(laboratory.copy(of: try await kind.source(volume, by: controller)))
            await controller.volumes.finishAfterwards()
            let found = try await laboratory.io.withImage(.id(copy.handle.imageID), readOnly: true) {
                try $0.metadata()
            }
            #expect(found["note"] == "by hand" && found["locker.volume"] == "copy")
            #expect(found["conf_rbd_qos_iops_limit"] == nil && found["locker.examiner"] == nil)
        }
    }

    @Test("A copy is as large as its source or as is asked for, and never smaller", arguments: Kind.allCases)
    func sizes(_ kind: Kind) async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            // Rounded up to whole objects, as its copy is by the same request.
            let volume = try await controller.create(laboratory.request(required: 15 << 20))
            let source = try await kind.source(volume, by: controller)
            let sizes: [(required: Int64, limit: Int64, size: Int64)] = [
                (0, 0, 16 << 20), (15 << 20, 0, 16 << 20), (16 << 20, 16 << 20, 16 << 20), (0, 32 << 20, 16 << 20),
                (33 << 20, 0, 36 << 20),
            ]
            for (index, want) in sizes.enumerated() {
                let request = try laboratory.copy(
                    of: source,
                    named: "copy-\(index)",
                    required: want.required,
                    limit: want.limit
                )
                let copy = try await controller.create(request)
                #expect(copy.capacityBytes == want.size)
                #expect(try await laboratory.io.imageSize(imageID: copy.handle.imageID) == UInt64(want.size))
            }
            let before = try await laboratory.records().count
            await expectRefusal(.outOfRange, saying: "12582912", "16777216") {
                try await controller.create(laboratory.copy(of: source, required: 12 << 20))
            }
            await expectRefusal(.outOfRange, saying: "limit_bytes 12582912") {
                try await controller.create(laboratory.copy(of: source, limit: 12 << 20))
            }
            #expect(try await laboratory.records().count == before)
        }
    }

    @Test("The same name with another source, or with none, is refused")
    func otherSource() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            let other = try await controller.create(laboratory.request("pvc-2"))
            _ = try await controller.create(laboratory.copy(of: .volume(volume.handle)))
            for request in [
                try laboratory.copy(of: .volume(other.handle)), try laboratory.request("copy"),
                try laboratory.copy(of: .volume(volume.handle), named: "pvc-2"),
            ] {
                await expectRefusal(.alreadyExists, saying: "another source") { try await controller.create(request) }
            }
        }
    }

    @Test("A source that is gone, or on another cluster, is refused, and nothing is left", arguments: Kind.allCases)
    func missing(_ kind: Kind) async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            let source = try await kind.source(volume, by: controller)
            let elsewhere = VolumeLocation(clusterID: "other", target: controller.location.target)
            await expectRefusal(.invalidArgument, saying: "another cluster") {
                try await controller.volumes.create(
                    laboratory.copy(of: source),
                    at: elsewhere,
                    configuredNamespace: laboratory.io.namespace
                )
            }
            switch source {
            case .volume: try await laboratory.edit(volume.handle) { $0.phase = .deleting }
            case .snapshot(let handle):
                let store = try await laboratory.store()
                let stored = try #require(try await store.record(SnapshotRecord.self, at: handle.recordKey))
                #expect(try await store.remove(stored, at: handle.recordKey))
            case .template: Issue.record("a template is no source of a request")
            }
            await expectRefusal(.notFound, saying: source.label) {
                try await controller.create(laboratory.copy(of: source))
            }
            #expect(try await laboratory.records().count == 1)
            #expect(try await laboratory.io.images().count == 1)
        }
    }

    @Test("Another student's work is not copied, and nobody is told whose it is", arguments: Kind.allCases)
    func otherStudent(_ kind: Kind) async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request(student: "ada-lovelace"))
            let source = try await kind.source(volume, by: controller)
            let said = await expectRefusal(.permissionDenied, saying: "another student") {
                try await controller.create(laboratory.copy(of: source, student: "grace-hopper"))
            }
            #expect(!said.contains("lovelace") && !said.contains("hopper"))
            _ = try await controller.create(laboratory.copy(of: source, student: "ada-lovelace"))
        }
    }

    @Test("A hundred copies of one volume at once all come to be", .timeLimit(.minutes(3)))
    func many() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            try await laboratory.write([5], to: volume.handle)
            let start = ContinuousClock.now
            let copies = try await withThrowingTaskGroup(of: VolumeHandle.self) { group in
                for index in 0..<100 {
                    let request = try laboratory.copy(of: .volume(volume.handle), named: "copy-\(index)")
                    group.addTask { try await controller.create(request).handle }
                }
                return try await group.reduce(into: [VolumeHandle]()) { $0.append($1) }
            }
            print("a hundred copies of one volume at once: \(start.duration(to: .now))")
            #expect(Set(copies.map(\.imageID)).count == 100)
            for copy in copies { #expect(try await laboratory.read(1, from: copy) == [5]) }
            #expect(try await laboratory.kinds(of: volume.handle) == Array(repeating: .trash, count: 100))
            #expect(try await laboratory.total().volumes == 101)
        }
    }
}
