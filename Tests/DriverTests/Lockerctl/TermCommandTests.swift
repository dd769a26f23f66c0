// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

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
