// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import Rados
internal import TestSupport
internal import Testing

@testable internal import Locker

/// Records in omaps of a real cluster: every change compares what it read.
@Suite(.timeLimit(.minutes(2)))
struct RecordStoreTests {
    private func store(_ io: IOContext) async throws -> RecordStore {
        try #require(try await RecordStore.open(io, layouts: LayoutCache(), creating: true))
    }

    private let key = RecordKey(instance: "test", name: "pvc-1")

    @Test("Where nothing is begun there is nothing, and looking begins nothing")
    func nothing() async throws {
        try await TestCluster.shared().withNamespace { io in
            #expect(try await RecordStore.open(io, layouts: LayoutCache(), creating: false) == nil)
            #expect(try await io.objects(prefix: "locker.").isEmpty)
            let store = try await self.store(io)
            #expect(store.shards == 16)
            #expect(try await store.volume(self.key) == nil)
            #expect(try await store.erasure(of: self.key, imageID: "x") == nil)
            #expect(try await store.page(of: VolumeRecord.self, prefix: "v/", shard: 3, limit: 10).records.isEmpty)
            try await store.forEach(of: VolumeRecord.self, prefix: "v/") { key, _ in Issue.record("found \(key)") }
        }
    }

    @Test("A record is written, changed and removed only by who knows its present bytes")
    func compare() async throws {
        try await TestCluster.shared().withNamespace { io in
            let store = try await self.store(io)
            let first = try #require(
                try await store.put(VolumeRecord(requestName: "one"), at: self.key, replacing: nil)
            )
            #expect(first.value.revision == 1 && first.value.format == 1)
            #expect(try await store.put(VolumeRecord(requestName: "two"), at: self.key, replacing: nil) == nil)
            let read = try #require(try await store.volume(self.key))
            #expect(read.value == first.value && read.raw == first.raw)

            var changed = read.value
            changed.student = "ada"
            let second = try #require(try await store.put(changed, at: self.key, replacing: read))
            #expect(second.value.revision == 2)
            // The same content again is another value: a revision never comes twice.
            let third = try #require(try await store.put(changed, at: self.key, replacing: second))
            #expect(third.raw != second.raw)
            #expect(try await store.put(changed, at: self.key, replacing: second) == nil)
            #expect(try await store.remove(second, at: self.key) == false)
            #expect(try await store.volume(self.key)?.value.revision == 3)
            #expect(try await store.remove(third, at: self.key))
            #expect(try await store.remove(third, at: self.key) == false)
            #expect(try await store.volume(self.key) == nil)
        }
    }

    @Test("Of two who write at once, on connections of their own, one wins; nothing is lost")
    func race() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { io in
            let other = try await cluster.connect()
            let stores = [
                try await self.store(io),
                try await self.store(other.ioContext(pool: io.poolName, namespace: io.namespace)),
            ]
            for round in 0..<20 {
                let key = RecordKey(instance: "test", name: "race-\(round)")
                let wins = try await withThrowingTaskGroup(of: Stored<VolumeRecord>?.self) { group in
                    for (index, store) in stores.enumerated() {
                        group.addTask {
                            try await store.put(VolumeRecord(requestName: "writer \(index)"), at: key, replacing: nil)
                        }
                    }
                    return try await group.reduce(into: [Stored<VolumeRecord>]()) {
                        if let stored = $1 { $0.append(stored) }
                    }
                }
                #expect(wins.count == 1)
                #expect(try await stores[0].volume(key)?.raw == wins.first?.raw)
            }
            // Sixteen writers that count with compare and retry: no count is lost.
            _ = try await stores[0].put(VolumeRecord(), at: self.key, replacing: nil)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<16 {
                    let store = stores[index % 2]
                    group.addTask {
                        while true {
                            let stored = try #require(try await store.volume(self.key))
                            var record = stored.value
                            record.payloadBytes += 1
                            if try await store.put(record, at: self.key, replacing: stored) != nil { return }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let counted = try #require(try await stores[1].volume(self.key))
            #expect(counted.value.payloadBytes == 16 && counted.value.revision == 17)
            await other.close()
        }
    }

    @Test("A record moves to what is being erased in one operation, or not at all")
    func erasure() async throws {
        try await TestCluster.shared().withNamespace { io in
            let store = try await self.store(io)
            let old = try #require(try await store.put(VolumeRecord(imageID: "abc"), at: self.key, replacing: nil))
            let new = try #require(try await store.put(old.value, at: self.key, replacing: old))
            #expect(try await store.moveToErasure(new.value, replacing: old, at: self.key) == false)
            #expect(try await store.erasure(of: self.key, imageID: "abc") == nil)
            #expect(try await store.volume(self.key)?.raw == new.raw)

            #expect(try await store.moveToErasure(new.value, replacing: new, at: self.key))
            #expect(try await store.volume(self.key) == nil)
            #expect(try await store.erasure(of: self.key, imageID: "abc")?.value.revision == 3)
            let erasing = try #require(try await store.erasure(of: self.key, imageID: "abc"))
            let receipt = StoredReceipt(format: 1, receipt: [1, 2, 3])
            #expect(try await store.putReceipt(receipt, replacing: new, at: self.key) == false)
            #expect(try await store.receipt(imageID: "abc") == nil)
            #expect(try await store.putReceipt(receipt, replacing: erasing, at: self.key))
            #expect(try await store.putReceipt(receipt, replacing: erasing, at: self.key) == false)
            #expect(try await store.erasure(of: self.key, imageID: "abc") == nil)
            #expect(try await store.receipt(imageID: "abc") == receipt.encoded())
        }
    }

    @Test("Pages give every record once, in order, over all shards")
    func pages() async throws {
        try await TestCluster.shared().withNamespace { io in
            let store = try await self.store(io)
            let keys = (0..<6000).map { RecordKey(instance: "test", name: "pvc-\($0)") }
            // Written past the store, many at a time: what is tested is the reading.
            for (shard, keys) in Dictionary(grouping: keys, by: store.shard(of:)) {
                let entries = try keys.map {
                    ("v/\($0.hex)", try VolumeRecord(format: 1, imageName: $0.imageName).encoded())
                }
                try await io.write(shard) { $0.setOmap(Dictionary(uniqueKeysWithValues: entries)) }
            }
            let erasing = try #require(try await store.volume(keys[0]))
            #expect(try await store.moveToErasure(erasing.value, replacing: erasing, at: keys[0]))
            var seen: [String] = []
            try await store.forEach(of: VolumeRecord.self, prefix: "v/") { key, stored in
                #expect(key == "v/\(stored.value.imageName.dropFirst("locker-".count))")
                seen.append(key)
            }
            #expect(seen.count == 5999 && Set(seen) == Set(keys.dropFirst().map { "v/\($0.hex)" }))

            var paged: [String] = []
            for shard in 0..<store.shards {
                var after = ""
                while true {
                    let page = try await store.page(
                        of: VolumeRecord.self,
                        prefix: "v/",
                        shard: shard,
                        after: after,
                        limit: 7
                    )
                    #expect(page.records.count <= 7)
                    paged += page.records.map(\.key)
                    guard page.hasMore, let last = page.records.last else { break }
                    after = last.key
                }
            }
            #expect(paged == seen)
            #expect(Set(keys.map(store.shard(of:))).count == 16)
        }
    }

    @Test("A record of a later version is refused, and what is no record is said to be none")
    func later() async throws {
        try await TestCluster.shared().withNamespace { io in
            let store = try await self.store(io)
            let bytes = try VolumeRecord(format: 2, requestName: "later").encoded()
            try await io.write(store.shard(of: self.key)) { $0.setOmap(["v/\(self.key.hex)": bytes]) }
            await expectRefusal(.failedPrecondition, saying: "format 2", self.key.hex) {
                try await store.volume(self.key)
            }
            try await io.write(store.shard(of: self.key)) { $0.setOmap(["v/\(self.key.hex)": [0xff, 0xff]]) }
            await expectRefusal(.internal, saying: "cannot be read", self.key.hex) { try await store.volume(self.key) }
        }
    }
}
