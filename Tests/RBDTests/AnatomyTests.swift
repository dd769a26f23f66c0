// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

@testable internal import RBD

/// Where an image's parts are, by its header, beside what librbd says and what there is.
@Suite(.timeLimit(.minutes(2)))
struct AnatomyTests {
    private func anatomy(_ name: String, in context: IOContext) async throws -> ImageAnatomy {
        try await context.anatomy(imageID: try await context.imageID(named: name))
    }

    @Test("Objects are counted by the object map, and every name that there may be is among the possible ones")
    func standard() async throws {
        try await TestCluster.shared().withNamespace { context in
            // The last object is not a whole one.
            try await context.createImage("one", size: (33 << 20) + 1)
            let empty = try await self.anatomy("one", in: context)
            #expect(empty.possibleObjects == 9 && empty.existingObjects == 0 && !empty.hadSnapshots)
            #expect(empty.dataPoolID == nil && empty.parent == nil && empty.snapshotIDs.isEmpty)
            try await context.withImage(.name("one"), readOnly: false) { image in
                for offset in [0, 5 << 22, 33 << 20] as [UInt64] { try image.write(offset: offset, [1]) }
            }
            let written = try await self.anatomy("one", in: context)
            #expect(written.existingObjects == 3)
            let possible = Set((0..<9).map { ImageAnatomy.objectName(written.objectPrefix, number: $0) })
            let found = try await context.objects(prefix: "\(written.objectPrefix).")
            #expect(found.count == 3 && possible.isSuperset(of: found), "\(found)")
        }
    }

    @Test("Striping, a data pool and a missing object map are told")
    func layout() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { context in
            let options = ImageOptions(
                features: [.layering, .exclusiveLock],
                objectSize: 1 << 20,
                stripeUnit: 65536,
                stripeCount: 4,
                dataPool: "rbd"
            )
            try await context.createImage("one", size: 9 << 20, options: options)
            let anatomy = try await self.anatomy("one", in: context)
            let info = try await context.withImage(.name("one"), readOnly: true) { try $0.info() }
            #expect(anatomy.objectPrefix == info.dataPrefix && anatomy.dataPoolID == info.dataPoolID)
            #expect(anatomy.existingObjects == nil)
            let bytes = [UInt8](repeating: 1, count: 9 << 20)
            try await context.withImage(.name("one"), readOnly: false) { try $0.write(offset: 0, bytes) }
            let data = try await cluster.commonConnection().ioContext(pool: "rbd", namespace: context.namespace)
            let found = try await data.objects(prefix: "\(info.dataPrefix).")
            let names = (0..<anatomy.possibleObjects).map { ImageAnatomy.objectName(info.dataPrefix, number: $0) }
            #expect(!found.isEmpty && Set(names).isSuperset(of: found) && names.count < found.count + 4)
            try await context.removeImage("one")
        }
    }

    @Test("Snapshots that are there, and that once were, are told")
    func snapshots() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            try await context.withImage(.name("one"), readOnly: false) { try $0.createSnapshot("a") }
            let taken = try await self.anatomy("one", in: context)
            #expect(taken.hadSnapshots && taken.snapshotIDs.count == 1)
            let map = "rbd_object_map.\(try await context.imageID(named: "one"))"
            let digits = try #require(taken.snapshotIDs.first.map(ImageAnatomy.digits))
            #expect(try await context.hasObject("\(map).\(digits)"))
            try await context.withImage(.name("one"), readOnly: false) { try $0.removeSnapshot("a") }
            let removed = try await self.anatomy("one", in: context)
            #expect(removed.hadSnapshots && removed.snapshotIDs.isEmpty)
            await #expect(throws: CephError.self) { try await context.anatomy(imageID: "none") }
        }
    }

    @Test("A map that is cut short is none")
    func cut() {
        // Two version bytes, a length and the number of objects: five, of which the first and the last exist.
        let map: [UInt8] = [14, 0, 0, 0, 1, 1, 8, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0b0100_0000, 0b1100_0000]
        #expect(IOContext.existing(in: map) == 2)
        for length in map.indices { #expect(IOContext.existing(in: Array(map[..<length])) == nil) }
    }
}
