// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Synchronization
internal import TestSupport
internal import Testing

/// Lists of records: whole, in pages, while others come and go.
@Suite(.timeLimit(.minutes(5)))
struct ListTests {
    /// Three RADOS namespaces of one pool with a controller.
    struct World: Sendable {
        let laboratory: Laboratory
        let controller: Controller
        let contexts: [IOContext]

        /// Lends one to `body`.
        static func with(_ body: (World) async throws -> Void) async throws {
            try await Laboratory.with { laboratory in
                try await laboratory.cluster.withNamespace { second in
                    try await laboratory.cluster.withNamespace { third in
                        let contexts = [laboratory.io, second, third]
                        try await body(
                            World(laboratory: laboratory, controller: laboratory.controller(), contexts: contexts)
                        )
                    }
                }
            }
        }

        /// The records of a namespace.
        func store(_ index: Int) async throws -> RecordStore {
            let store = try await RecordStore.open(self.contexts[index], layouts: LayoutCache(), creating: true)
            return try #require(store)
        }

        /// Writes the record of a volume that is ready, without a volume.
        func put(_ name: String, in store: RecordStore, phase: VolumeRecord.Phase = .ready) async throws {
            let key = self.controller.volumes.recordKey(named: name)
            let record = VolumeRecord(
                phase: phase,
                requestName: name,
                parameters: ["clusterID": "lab", "pool": "students"],
                payloadBytes: 1 << 30,
                imageName: key.imageName,
                imageID: "10" + name.filter(\.isNumber)
            )
            _ = try #require(try await store.put(record, at: key, replacing: nil))
        }

        /// Every place of the world, as a call that has no token yet, or one, finds them.
        func places(after start: RecordPosition? = nil) async throws -> [RecordPlace] {
            let places = try await self.controller.volumes.places(
                of: self.laboratory.cluster.csi,
                clusterID: "lab",
                pools: ["students"],
                configuredNamespace: "",
                from: start?.place
            )
            return places.filter { place in self.contexts.contains { $0.namespace == place.namespace } }
        }

        /// A page of volumes, with the token through its text.
        func page(after token: String = "", limit: Int = 0) async throws -> (names: [String], next: String) {
            let start = try PageToken(reading: token, of: .volumes)?.position
            let page = try await self.controller.volumes.volumes(
                in: self.places(after: start),
                after: start,
                limit: limit
            )
            #expect(limit == 0 || page.entries.count <= limit)
            let next = page.next.map { PageToken(.volumes, after: $0).text } ?? ""
            return (page.entries.map(\.record.requestName), next)
        }
    }

    @Test("Pages of any size hold each volume once, and the last one says so")
    func pages() async throws {
        try await World.with { world in
            var names: Set<String> = []
            for index in 0..<60 {
                try await world.put("pvc-\(index)", in: world.store(index % 3))
                names.insert("pvc-\(index)")
            }
            for index in 60..<70 { try await world.put("pvc-\(index)", in: world.store(0), phase: .creating) }
            for index in 70..<80 { try await world.put("pvc-\(index)", in: world.store(1), phase: .deleting) }
            for limit in [0, 1, 7, 20, 59, 60, 61, 1000] {
                var found: [String] = []
                var pages = 0
                var token = ""
                repeat {
                    let page = try await world.page(after: token, limit: limit)
                    found += page.names
                    token = page.next
                    pages += 1
                    #expect(token.isEmpty || page.names.count == limit)
                } while !token.isEmpty
                #expect(found.count == 60 && Set(found) == names, "\(limit)")
                #expect(pages == (limit == 0 ? 1 : (60 + limit - 1) / limit), "\(limit)")
            }
        }
    }

    @Test("A walk over volumes that come and go misses none that stays, and shows none twice", arguments: [1, 9, 64])
    func churn(limit: Int) async throws {
        try await World.with { world in
            var lasting: Set<String> = []
            for index in 0..<90 {
                try await world.put("pvc-\(index)", in: world.store(index % 3))
                lasting.insert("pvc-\(index)")
            }
            let isOver = Mutex(false)
            async let coming = Self.comeAndGo(world) { isOver.withLock { $0 } }
            for _ in 0..<(limit == 1 ? 2 : 6) {
                var found: [String] = []
                var token = ""
                repeat {
                    let page = try await world.page(after: token, limit: limit)
                    found += page.names
                    token = page.next
                } while !token.isEmpty
                #expect(Set(found).count == found.count, "some twice")
                #expect(lasting.subtracting(found).isEmpty, "some missed")
            }
            isOver.withLock { $0 = true }
            #expect(try await coming > 0)
        }
    }

    /// Makes and removes records until it is told to end.
    private static func comeAndGo(_ world: World, until isOver: @Sendable () -> Bool) async throws -> Int {
        var count = 0
        var there: [(name: String, store: Int)] = []
        while !isOver() {
            count += 1
            try await world.put("pvc-1000\(count)", in: world.store(count % 3))
            there.append(("pvc-1000\(count)", count % 3))
            guard there.count > 20 else { continue }
            let (name, index) = there.remove(at: count % there.count)
            try await self.remove(name, from: world.store(index), of: world)
        }
        return count
    }

    private static func remove(_ name: String, from store: RecordStore, of world: World) async throws {
        let key = world.controller.volumes.recordKey(named: name)
        let stored = try #require(try await store.volume(key))
        #expect(try await store.remove(stored, at: key))
    }

    @Test("A token is good when its entry, its namespace and all before it are gone, and in another process")
    func gone() async throws {
        try await World.with { world in
            for index in 0..<30 { try await world.put("pvc-\(index)", in: world.store(index % 3)) }
            let all = try await world.page().names
            let first = try await world.page(limit: 14)
            #expect(first.names == Array(all.prefix(14)))
            let start = try #require(try PageToken(reading: first.next, of: .volumes)).position
            for name in first.names {
                let index = try #require(Int(name.dropFirst(4))) % 3
                try await Self.remove(name, from: world.store(index), of: world)
            }
            let other = World(
                laboratory: world.laboratory,
                controller: try world.laboratory.controller("locker-1"),
                contexts: world.contexts
            )
            #expect(try await other.page(after: first.next).names == Array(all.dropFirst(14)))

            // The token's namespace is gone altogether: what comes after it is still there.
            let kept = world.contexts.filter { context in
                PlaceOrder(fsid: context.cluster.fsid, poolID: context.poolID, namespace: context.namespace)
                    != start.place
            }
            let without = World(laboratory: world.laboratory, controller: other.controller, contexts: kept)
            let rest = try await without.page(after: first.next).names
            #expect(!rest.isEmpty && rest == all.filter { rest.contains($0) })
            #expect(all.suffix(rest.count) == rest[...])
        }
    }

    @Test("An answer stays within what a client of gRPC takes, however many are asked for, and the rest follows")
    func budget() async throws {
        try await World.with { world in
            let store = try await world.store(0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<16 {
                    group.addTask {
                        for index in stride(from: worker, to: 10_000, by: 16) {
                            try await world.put("pvc-\(index)", in: store)
                        }
                    }
                }
                try await group.waitForAll()
            }
            var found: [String] = []
            var token = ""
            var pages = 0
            repeat {
                let page = try await world.page(after: token)
                found += page.names
                token = page.next
                pages += 1
            } while !token.isEmpty
            #expect(found.count == 10_000 && Set(found).count == 10_000)
            #expect(pages > 1 && pages < 5, "\(pages)")
        }
    }

    @Test("Without an identity, lists know the places that calls have led to, and no others")
    func met() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            func listed() async throws -> [String] {
                let places = try await controller.volumes.metPlaces { $0 == Digest.short("lab") ? "lab" : nil }
                let page = try await controller.volumes.volumes(in: places + places, after: nil, limit: 0)
                return try page.entries.map { try controller.volumes.describe($0, clusterID: "lab").handle.text }
            }
            #expect(try await listed() == [])
            let first = try await laboratory.controller("locker-1").create(laboratory.request("pvc-1"))
            #expect(try await listed() == [])
            let second = try await controller.create(laboratory.request("pvc-2"))
            #expect(try await Set(listed()) == [first.handle.text, second.handle.text])
            #expect(controller.volumes.metTarget(of: second.handle) == laboratory.cluster.csi)
            #expect(try await controller.volumes.metPlaces { _ in nil }.isEmpty)
        }
    }
}
