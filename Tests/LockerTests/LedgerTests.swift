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

    @Test("Of two hundred at once through two connections exactly as many are counted as fit, and each refusal says so")
    func quota() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { io in
            let other = try await cluster.connect()
            let context = try await other.ioContext(pool: io.poolName, namespace: io.namespace)
            let ledgers = [io, context].map { Ledger(course: "course", io: $0, clock: .system) }
            let quota = Quota(student: QuotaBounds(bytes: 150, volumes: 9), course: QuotaBounds(volumes: 15))
            // Two students each: only the course's total keeps one connection from what the other has taken.
            let students = ["ada", "grace", "alan", "barbara"]
            let refused = await withTaskGroup(of: String?.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        let key = RecordKey(instance: "test", name: "pvc-\(index)")
                        do {
                            let ledger = ledgers[index % 4 / 2]
                            try await ledger.count(key, student: students[index % 4], bytes: 20, quota: quota)
                            return nil
                        } catch let error as LockerError where error.code == .resourceExhausted {
                            return error.message
                        } catch {
                            return "\(error)"
                        }
                    }
                }
                return await group.reduce(into: [String]()) { all, one in all += [one].compactMap(\.self) }
            }
            #expect(refused.count == 185)
            #expect(refused.allSatisfy { $0.contains("lockerctl quota set --course course") })
            let (volumes, totals) = try await self.contents(io)
            #expect(volumes.count == 15 && totals.values.allSatisfy { $0.bytes <= 140 && $0.volumes <= 7 })
            let all = try await CourseQuotas(course: "course", io: io).standing(of: "")
            #expect(all.bytes == 300 && all.volumes == 15 && all.bounds == quota.course)
            await other.close()
        }
    }

    @Test("A ledger of before there were quotas is summed up once, with the first change")
    func older() async throws {
        try await TestCluster.shared().withNamespace { io in
            var entries: [String: [UInt8]] = [:]
            // More than a page of them.
            for index in 0..<1500 {
                let key = RecordKey(instance: "test", name: "pvc-\(index)")
                let student = index < 10 ? "" : "student-\(index % 5)"
                entries["v/\(key.hex)"] = try LedgerEntry(format: 1, student: student, bytes: 2).encoded()
            }
            for index in 0..<5 {
                entries["s/student-\(index)"] = try StudentTotal(format: 1, bytes: 596, volumes: 298, revision: 3)
                    .encoded()
            }
            let written = entries
            try await io.write("locker.ledger.course") { operation in
                operation.create(exclusive: true)
                operation.setOmap(written)
            }
            let ledger = Ledger(course: "course", io: io, clock: .system)
            let quotas = CourseQuotas(course: "course", io: io)
            #expect(try await quotas.standing(of: "").bytes == 3000)
            let bounds = Quota(student: .none, course: QuotaBounds(bytes: 3007))
            let next = RecordKey(instance: "test", name: "next")
            await expectRefusal(.resourceExhausted, saying: "3000 bytes", "3007 bytes") {
                try await ledger.count(next, student: "student-1", bytes: 8, quota: bounds)
            }
            try await ledger.count(next, student: "student-1", bytes: 7, quota: bounds)
            let raw = try await io.omapValues(of: "locker.ledger.course", keys: ["c", "s/student-1"])
            let total = try CourseTotal(decoding: try #require(raw["c"]))
            #expect(total.bytes == 3007 && total.volumes == 1501)
            #expect(try StudentTotal(decoding: try #require(raw["s/student-1"])).bytes == 603)
            for index in 0..<1500 where index % 100 == 0 {
                try await ledger.release(RecordKey(instance: "test", name: "pvc-\(index)"), student: "")
            }
            #expect(try await quotas.standing(of: "").bytes == 2977)
        }
    }

    @Test("Exceptions are set and unset, told before and after, and count at once")
    func exceptions() async throws {
        try await TestCluster.shared().withNamespace { io in
            let ledger = Ledger(course: "course", io: io, clock: .system)
            let quotas = CourseQuotas(course: "course", io: io)
            let bounds = Quota(student: QuotaBounds(bytes: 10, volumes: 3), course: .none)
            let keys = (0..<4).map { RecordKey(instance: "test", name: "pvc-\($0)") }
            // Nothing is written where nothing is to be unset.
            let unset = try await quotas.set(of: "ada") { $0 = .none }
            #expect(unset.before == unset.after && unset.after.bounds == .none)
            #expect(try await io.objects(prefix: "locker.").isEmpty)

            let set = try await quotas.set(of: "ada") { $0.bytes = 20 }
            #expect(set.before.exception == .none && set.after.exception == QuotaBounds(bytes: 20))
            try await ledger.count(keys[0], student: "ada", bytes: 15, quota: bounds)
            await expectRefusal(.resourceExhausted, saying: "grace", "15 bytes", "10 bytes") {
                try await ledger.count(keys[1], student: "grace", bytes: 15, quota: bounds)
            }
            let all = try await quotas.standings()
            #expect(all.map(\.student) == ["", "ada"])
            #expect(all[1].bounds == QuotaBounds(bytes: 20, volumes: 3) && all[1].bytes == 15)

            // What she has is more than what she may have now: it stays.
            let less = try await quotas.set(of: "ada") { $0 = .none }
            #expect(less.before.bounds.bytes == 20 && less.after.bounds.bytes == 10 && less.after.bytes == 15)
            try await ledger.count(keys[0], student: "ada", bytes: 15, quota: bounds)
            await expectRefusal(.resourceExhausted, saying: "ada") {
                try await ledger.count(keys[2], student: "ada", bytes: 1, quota: bounds)
            }
            // Growth is held to what the last class said, and to the exception for the course.
            try await ledger.correct(keys[0], student: "ada", bytes: 5)
            try await ledger.correct(keys[0], student: "ada", bytes: 10)
            await expectRefusal(.resourceExhausted) { try await ledger.correct(keys[0], student: "ada", bytes: 11) }
            _ = try await quotas.set(of: "") { $0.bytes = 12 }
            #expect(try await quotas.left(within: .none) == 2)
            await expectRefusal(.resourceExhausted, saying: "course \"course\" has 10 bytes") {
                try await ledger.count(keys[3], student: "grace", bytes: 3, quota: bounds)
            }
            _ = try await quotas.set(of: "") { $0.volumes = 1 }
            #expect(try await quotas.left(within: .none) == 0)
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
