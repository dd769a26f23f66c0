// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// An object's omap and the operations that change it all or nothing: what the volumes' records stand on.
@Suite(.timeLimit(.minutes(2)))
struct OmapTests {
    @Test("Values are bytes: empty ones, NULs and all 256 of them")
    func values() async throws {
        try await TestCluster.shared().withNamespace { context in
            let entries: [String: [UInt8]] = [
                "empty": [], "nul": [0], "all": Array(0...255), "ключ": Array("значение".utf8),
            ]
            try await context.write("o") { $0.setOmap(entries) }
            let all = try await context.omapValues(of: "o", keys: Array(entries.keys) + ["absent"])
            #expect(all == entries, "an absent key is missing in the answer")
            #expect(try await context.omapValues(of: "o", keys: []).isEmpty)
            try await context.write("o") { $0.removeOmap(["nul", "absent"]) }
            #expect(try await context.omapValues(of: "o", keys: ["nul"]).isEmpty)
        }
    }

    @Test("The omap of an object that does not exist is ENOENT")
    func missing() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await expectErrno(.noSuchFileOrDirectory) { try await context.omapValues(of: "o", keys: ["k"]) }
            try await expectErrno(.noSuchFileOrDirectory) { try await context.omapPage(of: "o", limit: 10) }
        }
    }

    @Test("A comparison that does not hold is ECANCELED, and nothing of the operation happens")
    func lostRace() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.write("o") { $0.setOmap(["k": [1]]) }
            let lost = try await errno {
                try await context.write("o") {
                    $0.setOmap(["other": [9]])
                    $0.compareOmap(key: "k", equals: [2])
                    $0.setOmap(["k": [3]])
                }
            }
            #expect(lost == .canceled)
            #expect(try await context.omapValues(of: "o", keys: ["k", "other"]) == ["k": [1]])
            try await context.write("o") {
                $0.compareOmap(key: "k", equals: [1])
                $0.setOmap(["k": [3]])
            }
            #expect(try await context.omapValues(of: "o", keys: ["k"]) == ["k": [3]])
        }
    }

    @Test("An absent key equals the empty value, and no other")
    func absentKey() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.write("o") {
                $0.create(exclusive: false)
                $0.compareOmap(key: "k", equals: [])
                $0.setOmap(["k": [1]])
            }
            #expect(try await context.omapValues(of: "o", keys: ["k"]) == ["k": [1]])
            let second = try await errno {
                try await context.write("o") {
                    $0.create(exclusive: false)
                    $0.compareOmap(key: "k", equals: [])
                    $0.setOmap(["k": [2]])
                }
            }
            #expect(second == .canceled)
            let absent = try await errno { try await context.write("o") { $0.compareOmap(key: "x", equals: [0]) } }
            #expect(absent == .canceled)
        }
    }

    @Test("Of many who compare and set at once, each success is one step")
    func manyWriters() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.write("o") { $0.setOmap(["count": [0]]) }
            let lost = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        var lost = 0
                        var won = 0
                        while won < 20 {
                            let old = try await context.omapValues(of: "o", keys: ["count"])["count"] ?? []
                            do {
                                try await context.write("o") {
                                    $0.compareOmap(key: "count", equals: old)
                                    $0.setOmap(["count": [old[0] + 1]])
                                }
                                won += 1
                            } catch let error as CephError where error.code == .canceled {
                                lost += 1
                            }
                        }
                        return lost
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(try await context.omapValues(of: "o", keys: ["count"]) == ["count": [160]])
            #expect(lost > 0, "the writers never met, so this run shows nothing")
        }
    }

    @Test(
        "3,000 keys come page by page, each once and in order, whatever the page's size",
        arguments: [100, 1000, 5000]
    )
    func pages(limit: Int) async throws {
        try await TestCluster.shared().withNamespace { context in
            let keys = (0..<3000).map { "v/" + String(100_000 + $0) }
            for start in stride(from: 0, to: keys.count, by: 500) {
                let part = Dictionary(uniqueKeysWithValues: keys[start..<start + 500].map { ($0, Array($0.utf8)) })
                try await context.write("o") { $0.setOmap(part) }
            }
            try await context.write("o") { $0.setOmap(["a/1": [1], "w/1": [1]]) }
            var seen: [String] = []
            var last = ""
            var hasMore = true
            while hasMore {
                let page = try await context.omapPage(of: "o", after: last, prefix: "v/", limit: limit)
                #expect(page.entries.count <= limit)
                #expect(page.entries.allSatisfy { $0.value == Array($0.key.utf8) })
                seen += page.entries.map(\.key)
                hasMore = page.hasMore
                last = page.entries.last?.key ?? last
            }
            #expect(seen == keys)
        }
    }

    @Test("Every entry with a prefix comes once, in order, whatever the page; none of an object that is not there")
    func everyEntry() async throws {
        try await TestCluster.shared().withNamespace { context in
            var found: [String] = []
            try await context.forEachOmapEntry(of: "o") { key, _ in found.append(key) }
            #expect(try await context.omapValuesIfPresent(of: "o", keys: ["v/1"]).isEmpty && found.isEmpty)
            let keys = (100..<110).map { "v/\($0)" }
            try await context.write("o") { operation in
                operation.setOmap(Dictionary(uniqueKeysWithValues: (keys + ["a", "w"]).map { ($0, Array($0.utf8)) }))
            }
            for page in [1, 3, 5, 10, 256] {
                found = []
                try await context.forEachOmapEntry(of: "o", prefix: "v/", page: page) { key, value in
                    #expect(value == Array(key.utf8))
                    found.append(key)
                }
                #expect(found == keys, "\(page)")
            }
            #expect(try await context.omapValuesIfPresent(of: "o", keys: ["a", "b"]) == ["a": Array("a".utf8)])
            // What the caller's own work throws is not taken for an object that is not there.
            let thrown = try await errno {
                try await context.forEachOmapEntry(of: "o") { _, _ in
                    _ = try await context.omapPage(of: "none", limit: 1)
                }
            }
            #expect(thrown == .noSuchFileOrDirectory)
        }
    }

    @Test("Asking for 3,000 keys by name gives them all")
    func manyByName() async throws {
        try await TestCluster.shared().withNamespace { context in
            let keys = (0..<3000).map { "k\($0)" }
            try await context.write("o") { operation in
                operation.setOmap(Dictionary(uniqueKeysWithValues: keys.map { ($0, Array($0.utf8)) }))
            }
            let found = try await context.omapValues(of: "o", keys: keys)
            #expect(found.count == 3000)
            #expect(found["k2999"] == Array("k2999".utf8))
        }
    }
}
