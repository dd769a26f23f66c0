// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

@testable internal import Locker

/// A ledger on a real cluster, changed by many at once.
@Suite(.timeLimit(.minutes(2)))
struct LedgerTests {
    private func contents(_ io: IOContext) async throws -> (volumes: [LedgerEntry], totals: [String: StudentTotal]) {
        let page = try await io.omapPage(of: "locker.ledger.course", limit: 1000)
        #expect(!page.hasMore)
        let volumes = try page.entries.filter { $0.key.hasPrefix("v/") }.map { try LedgerEntry(decoding: $0.value) }
        let totals = try page.entries.filter { $0.key.hasPrefix("s/") }
            .map { ($0.key, try StudentTotal(decoding: $0.value)) }
        return (volumes, Dictionary(uniqueKeysWithValues: totals))
    }

    @Test("Two hundred at once, of fifty volumes, through two connections: each counts once")
    func concurrent() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { io in
            let other = try await cluster.connect()
            let context = try await other.ioContext(pool: io.poolName, namespace: io.namespace)
            let ledgers = [
                Ledger(course: "course", io: io, clock: .system),
                Ledger(course: "course", io: context, clock: .system),
            ]
            let keys = (0..<50).map { RecordKey(instance: "test", name: "pvc-\($0)") }
            let students = ["ada", "grace", "alan"]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<200 {
                    // Every volume comes twice through each ledger.
                    let volume = index / 2 % 50
                    let ledger = ledgers[index % 2]
                    group.addTask {
                        try await ledger.count(keys[volume], student: students[volume % 3], bytes: Int64(volume + 1))
                    }
                }
                try await group.waitForAll()
            }
            var (volumes, totals) = try await self.contents(io)
            #expect(volumes.count == 50 && volumes.map(\.bytes).reduce(0, +) == 1275)
            for (index, student) in students.enumerated() {
                let own = (0..<50).filter { $0 % 3 == index }
                let total = try #require(totals["s/\(student)"])
                #expect(total.volumes == own.count && total.bytes == own.map { Int64($0 + 1) }.reduce(0, +))
            }

            // And back: half of them, each by both.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for volume in 0..<25 {
                    for ledger in ledgers {
                        group.addTask { try await ledger.release(keys[volume], student: students[volume % 3]) }
                    }
                }
                try await group.waitForAll()
            }
            (volumes, totals) = try await self.contents(io)
            #expect(volumes.count == 25)
            #expect(totals.values.map(\.bytes).reduce(0, +) == volumes.map(\.bytes).reduce(0, +))
            #expect(totals.values.map(\.volumes).reduce(0, +) == 25)
            await other.close()
        }
    }

    @Test("Where nothing was counted a release makes nothing")
    func release() async throws {
        try await TestCluster.shared().withNamespace { io in
            let ledger = Ledger(course: "course", io: io, clock: .system)
            try await ledger.release(RecordKey(instance: "test", name: "pvc-1"), student: "ada")
            #expect(try await io.objects(prefix: "locker.").isEmpty)
        }
    }

    @Test("A write that fails fails for each who waits for it, and the next is made anew")
    func failure() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { io in
            let fenced = try await cluster.connect()
            let context = try await fenced.ioContext(pool: io.poolName, namespace: io.namespace)
            let ledger = Ledger(course: "course", io: context, clock: .system)
            let key = RecordKey(instance: "test", name: "pvc-1")
            try await ledger.count(key, student: "ada", bytes: 1)
            try await io.cluster.blocklist(fenced.instanceAddress, for: .seconds(3600))
            try await io.cluster.waitForLatestMap()
            // An OSD learns of the map with the first request of a client that has it.
            _ = try await self.contents(io)
            let codes = await withTaskGroup(of: String.self) { group in
                for bytes in 2..<10 {
                    group.addTask {
                        do {
                            try await ledger.count(key, student: "ada", bytes: Int64(bytes))
                            return "counted"
                        } catch {
                            return (error as? CephError)?.code == .socketShutdown ? "fenced" : "\(error)"
                        }
                    }
                }
                return await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(codes == ["fenced"])
            let fresh = Ledger(course: "course", io: io, clock: .system)
            try await fresh.count(key, student: "ada", bytes: 7)
            #expect(try await self.contents(io).totals["s/ada"]?.bytes == 7)
            await fenced.close()
        }
    }
}
