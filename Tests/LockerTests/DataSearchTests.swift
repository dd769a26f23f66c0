// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

@testable internal import Locker

/// Looking for data objects: by name or by a list of the pool, whichever is cheaper.
@Suite(.timeLimit(.minutes(3)))
struct DataSearchTests {
    private func image(_ id: String, possible: UInt64, hadSnapshots: Bool = false, io: IOContext) -> DataObjects {
        let plan = ErasurePlan(
            objectPrefix: "rbd_data.\(id)",
            dataPoolID: io.poolID,
            possibleObjects: possible,
            hadSnapshots: hadSnapshots
        )
        return DataObjects(ErasedImage(VolumeRecord(imageID: id), plan: plan, io: io))
    }

    @Test("A small image is looked for by its objects' names, and nothing else of the pool is looked at")
    func byName() async throws {
        try await TestCluster.shared().withNamespace { io in
            try await io.write("rbd_data.abc.0000000000000010") { $0.writeFull([1]) }
            try await io.write("rbd_data.abcd.0000000000000000") { $0.writeFull([1]) }
            let search = DataSearch()
            let few = try await search.remains(of: self.image("abc", possible: 16, io: io), in: io)
            #expect(few.objects.isEmpty && few.way == .names(16))
            let all = try await search.remains(of: self.image("abc", possible: 17, io: io), in: io)
            #expect(all.objects == ["rbd_data.abc.0000000000000010"])
            #expect(await search.listings == 0)
        }
    }

    @Test("Many large images are looked for in one list or two, each gets its own objects, and none another's")
    func together() async throws {
        try await TestCluster.shared().withNamespace { io in
            for index in 0..<8 { try await io.write("rbd_data.a\(index).00000000000000ff") { $0.writeFull([1]) } }
            let search = DataSearch()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<40 {
                    group.addTask {
                        let image = self.image("a\(index)", possible: 1 << 20, io: io)
                        let found = try await search.remains(of: image, in: io)
                        #expect(found.way == .listing)
                        #expect(found.objects == (index < 8 ? ["rbd_data.a\(index).00000000000000ff"] : []))
                    }
                }
                try await group.waitForAll()
            }
            let listings = await search.listings
            #expect((1...3).contains(listings), "\(listings)")
        }
    }

    @Test("An image of unknown size, or one that had snapshots, is listed for")
    func mustBeListed() async throws {
        try await TestCluster.shared().withNamespace { io in
            let search = DataSearch()
            let unknown = try await search.remains(of: self.image("abc", possible: 0, io: io), in: io)
            let snapped = try await search.remains(
                of: self.image("abc", possible: 2, hadSnapshots: true, io: io),
                in: io
            )
            #expect(unknown.way == .listing && snapped.way == .listing)
            #expect(await search.listings == 2)
        }
    }
}
