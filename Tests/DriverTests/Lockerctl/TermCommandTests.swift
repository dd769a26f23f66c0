// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// `lockerctl term end` and `lockerctl doctor`, as an administrator calls them.
@Suite(.timeLimit(.minutes(5)))
struct TermCommandTests {
    private struct Report: Decodable {
        struct Volume: Decodable {
            let volume: String
            let outcome: String
            let reason: String
        }
        let course: String
        let volumes: [Volume]
    }

    @Test("A term is shown, not confirmed, ended but for the volume in use, ended wholly, and verified")
    func term() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            _ = try await installation.data()
            let node = try await installation.node()
            let course = "term-\(installation.context.namespace)"
            var plan = installation.plan()
            plan.parameters["course"] = course
            plan.parameters["radosNamespace"] = installation.context.namespace
            let used = try await controller.create(plan, of: installation)
            plan.name = "unused-\(installation.context.namespace)"
            _ = try await controller.create(plan, of: installation)
            try await node.stage(used)
            func end(_ words: String...) async throws -> (status: Int32, output: String) {
                let key = installation.path("instance-key").string
                return try await installation.lockerctl(
                    ["term", "end", "--course", course, "--instance-key", key, "--output", "json"] + words
                )
            }
            let dry = try await end("--dry-run")
            #expect(dry.status == 0, "\(dry)")
            #expect(try Self.report(dry).volumes.map(\.outcome) == ["kept", "kept"])
            #expect(try await end().status == 64)

            let page = installation.path("report.html")
            let partly = try await end("--yes", "--report", page.string)
            #expect(partly.status == 3, "\(partly)")
            let volumes = try Self.report(partly).volumes
            #expect(Set(volumes.map(\.outcome)) == ["erased", "refused"])
            let refused = try #require(volumes.first { $0.outcome == "refused" })
            #expect(refused.volume == used.plan.name && refused.reason.contains("attached to node"), "\(refused)")
            let text = try String(contentsOfFile: page.string, encoding: .utf8)
            #expect(text.contains(course) && text.contains("1 erased, 1 refused") && text.contains(used.plan.name))

            try await node.unstage(used)
            let rest = try await end("--yes")
            #expect(rest.status == 0 && rest.output.contains("\"erased\""), "\(rest)")
            #expect(try Self.report(try await end("--yes")).volumes.isEmpty)
            let verified = try await installation.lockerctl(
                ["erasure", "verify", "--course", course, "--instance-key", installation.path("instance-key").string]
            )
            #expect(verified.status == 0, "\(verified)")
            let sound = try await installation.lockerctl(["doctor"], namespace: installation.context.namespace)
            #expect(sound.status == 0 && sound.output.contains("Everything fits"), "\(sound)")
            // What Kubernetes asks for afterwards is done already.
            try await controller.delete(used)
        }
    }

    @Test("A term is archived into another pool; an archive is listed, restored, mounted, and erased before its time")
    func archive() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            _ = try await installation.data()
            let node = try await installation.node()
            let course = "archive-\(installation.context.namespace)"
            var plan = installation.plan()
            plan.parameters["course"] = course
            plan.parameters["radosNamespace"] = installation.context.namespace
            let volume = try await controller.create(plan, of: installation)
            try await node.stage(volume)
            try await node.publish(volume)
            let work = volume.target().appending("work").string
            try #require(FileManager.default.createFile(atPath: work, contents: Data("homework".utf8)))
            try await node.unpublish(volume)
            try await node.unstage(volume)
            let key = ["--instance-key", installation.path("instance-key").string]
            let end = ["term", "end", "--course", course, "--output", "json"] + key
            func archive(_ words: String...) async throws -> (status: Int32, output: String) {
                try await installation.lockerctl(["archive"] + words + key + ["--course", course], pool: "rbd")
            }
            let past = try await installation.lockerctl(
                end + ["--yes", "--archive-to", "rbd", "--keep-until", "2020-01-01"]
            )
            #expect(past.status == 64, "\(past)")
            #expect(try await installation.lockerctl(end + ["--yes", "--archive-to", "rbd"]).status == 64)
            let order = ["--archive-to", "rbd", "--keep-until", "2099-12-31"]
            // What destroys keys beside what needs them, and keys for archives that nobody makes.
            for words in [["--key-encryption-keys", "/root/keks"], ["--last-copy"]] {
                let both = try await installation.lockerctl(end + order + ["--yes"] + words)
                #expect(both.status == 64 && both.output.contains("--archive-keys"), "\(both)")
            }
            let alone = try await installation.lockerctl(end + ["--yes", "--archive-keys", "/root/keks"])
            #expect(alone.status == 64 && alone.output.contains("--archive-to"), "\(alone)")
            let dry = try await installation.lockerctl(end + order + ["--dry-run"])
            #expect(dry.status == 0 && dry.output.contains("\"contentBytes\""), "\(dry)")
            let page = installation.path("report.html")
            let done = try await installation.lockerctl(end + order + ["--yes", "--report", page.string])
            #expect(done.status == 0, "\(done)")
            #expect(try Self.report(done).volumes.map(\.outcome) == ["archived"])
            let text = try String(contentsOfFile: page.string, encoding: .utf8)
            #expect(text.contains("1 archived") && text.contains("2100-01-01T00:00:00Z"), "\(text)")

            let list = try await archive("list", "--output", "json")
            #expect(list.status == 0 && list.output.contains("\"kept\""), "\(list)")
            #expect(try await archive("list").output.contains(plan.name))
            let expired = try await archive("expire", "--yes")
            #expect(expired.status == 0 && expired.output.contains("no archives"), "\(expired)")
            let restored = try await archive(
                "restore",
                plan.name,
                "--cluster-id",
                Installation.clusterID,
                "--named",
                "\(plan.name)-again"
            )
            #expect(restored.status == 0, "\(restored)")
            func attribute(_ name: String) throws -> String {
                let line = try #require(restored.output.split(separator: "\n").first { $0.contains("\(name): ") })
                return String(line.split(separator: " ").last ?? "").filter { $0 != "\"" }
            }
            var attributes: [String: String] = [:]
            for name in ["clusterID", "pool", "radosNamespace", "imageName"] { attributes[name] = try attribute(name) }
            let answer = CreateVolumeResponse(
                volume: Volume(
                    capacityBytes: volume.capacity,
                    volumeID: try attribute("volumeHandle"),
                    volumeContext: attributes
                )
            )
            let again = try MadeVolume(answer, to: plan, in: installation.directory)
            try await node.stage(again)
            try await node.publish(again)
            let found = again.target().appending("work").string
            #expect(FileManager.default.contents(atPath: found) == Data("homework".utf8))
            try await node.unpublish(again)
            try await node.unstage(again)
            try await controller.delete(again)
            #expect(try await archive("erase", "nothing", "--yes").status == 3)
            let erased = try await archive("erase", plan.name, "--yes")
            #expect(erased.status == 0 && erased.output.contains("1 archives erased"), "\(erased)")
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("A ledger that counts what there is not is found, and repaired when that is wanted")
    func doctor() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let course = "doctor-\(installation.context.namespace)"
            var plan = installation.plan(.rawBlock(), bytes: 16 << 20)
            plan.parameters["course"] = course
            plan.parameters["radosNamespace"] = installation.context.namespace
            let volume = try await controller.create(plan, of: installation)
            let ledger = "locker.ledger.\(course)"
            let page = try await installation.context.omapPage(of: ledger, prefix: "v/", limit: 9)
            let entry = try #require(page.entries.first)
            let unknown = "v/" + String(repeating: "ab", count: 16)
            try await installation.context.write(ledger) { $0.setOmap([unknown: entry.value]) }

            func doctor(_ words: String...) async throws -> (status: Int32, output: String) {
                try await installation.lockerctl(["doctor"] + words, namespace: installation.context.namespace)
            }
            let found = try await doctor()
            #expect(found.status == 3 && found.output.contains("ledger-leftover"), "\(found)")
            #expect(try await doctor("--repair", "--output", "json").status == 64)
            let repaired = try await doctor("--repair", "--yes")
            #expect(repaired.output.contains("repaired ledger-leftover"), "\(repaired)")
            let sound = try await doctor()
            #expect(sound.status == 0 && sound.output.contains("Everything fits"), "\(sound)")
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    private static func report(_ done: (status: Int32, output: String)) throws -> Report {
        try JSONDecoder().decode(Report.self, from: Data(done.output.utf8))
    }
}
