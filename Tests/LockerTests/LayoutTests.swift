// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import Rados
internal import TestSupport
internal import Testing

@testable internal import Locker

/// How the records of a namespace are spread: written once, and kept to.
@Suite(.timeLimit(.minutes(2)))
struct LayoutTests {
    @Test("Eight who begin at once agree on one layout")
    func layoutRace() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { io in
            let other = try await cluster.connect()
            let contexts = [io, try await other.ioContext(pool: io.poolName, namespace: io.namespace)]
            let layouts = try await withThrowingTaskGroup(of: Layout?.self) { group in
                for index in 0..<8 {
                    let clock = WallClock { Int64(1000 + index) }
                    let context = contexts[index % 2]
                    group.addTask { try await LayoutCache().layout(of: context, creating: true, clock: clock) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(layouts.count == 8 && Set(layouts).count == 1)
            let written = try Layout(decoding: await io.read(LayoutCache.object, length: 4096))
            #expect(layouts.first == written && written.format == 1 && written.shards == 16)
            #expect((1000..<1008).contains(written.createdAt))
            await other.close()
        }
    }

    @Test("A layout with other shards is kept to; one of a later version is refused")
    func layouts() async throws {
        try await TestCluster.shared().withNamespace { io in
            let four = try Layout(format: 1, shards: 4).encoded()
            try await io.write(LayoutCache.object) { $0.writeFull(four) }
            let store = try #require(try await RecordStore.open(io, layouts: LayoutCache(), creating: true))
            #expect(store.shards == 4)
            let shards = Set((0..<100).map { store.shard(of: RecordKey(instance: "test", name: "\($0)")) })
            #expect(shards == ["locker.shard.0", "locker.shard.1", "locker.shard.2", "locker.shard.3"])
            for layout in [Layout(format: 2, shards: 16), Layout(format: 1, shards: 12), Layout()] {
                let bytes = try layout.encoded()
                try await io.write(LayoutCache.object) { $0.writeFull(bytes) }
                await expectRefusal(.failedPrecondition, saying: "locker.layout") {
                    try await RecordStore.open(io, layouts: LayoutCache(), creating: true)
                }
            }
        }
    }
}
