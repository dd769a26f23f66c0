// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import Synchronization
internal import Testing

@testable internal import Locker

/// Receipts that were kept long enough.
@Suite(.timeLimit(.minutes(3)))
struct ReceiptPruneTests {
    private static let day: Int64 = 86_400_000

    @Test("Those of before a time go, once they were exported; later ones, other courses' and unreadable ones stay")
    func prune() async throws {
        try await Laboratory.with { laboratory in
            var erased: [String: String] = [:]
            for (name, ahead, course) in [
                ("old", -10 * Self.day, "one"), ("older", -20 * Self.day, "one"), ("new", 0, "one"),
                ("others", -10 * Self.day, "two"),
            ] {
                let controller = try laboratory.controller("locker-\(name)", ahead: ahead)
                let course = ["course": "\(course)-\(laboratory.io.namespace)"]
                let volume = try await controller.create(laboratory.request(name, parameters: course))
                try await controller.delete(volume.handle)
                await controller.erased()
                erased[name] = volume.handle.imageID
            }
            let shard = RecordStore.shardName(3)
            try await laboratory.io.write(shard) { $0.setOmap(["r/broken": [1, 2, 3]]) }
            let archive = try #require(try await ErasureArchive.open(laboratory.io))
            let time = WallClock.system.milliseconds - 5 * Self.day
            let course = "one-\(laboratory.io.namespace)"
            #expect(try await archive.prunable(before: time, course: course) == 2)
            #expect(try await archive.prunable(before: time) == 3)

            struct Full: Error {}
            await #expect(throws: Full.self) {
                try await archive.prune(before: time, course: course) { _ in throw Full() }
            }
            #expect(try await archive.receipts().count == 5)

            let exported = Mutex<[String]>([])
            let count = try await archive.prune(before: time, course: course) { page in
                exported.withLock { $0 += page.map(\.imageID) }
            }
            #expect(count == 2)
            #expect(Set(exported.withLock { $0 }) == Set([erased["old"], erased["older"]].compactMap(\.self)))
            let left = try await archive.receipts().map(\.imageID)
            #expect(Set(left) == Set([erased["new"], erased["others"], "broken"].compactMap(\.self)))
            #expect(try await archive.prune(before: time) == 1)
            #expect(try await archive.prune(before: time) == 0)
        }
    }
}
