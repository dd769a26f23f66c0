// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// `lockerctl quota` as a lecturer's administrator uses it.
@Suite(.timeLimit(.minutes(5)))
struct QuotaCommandTests {
    /// A row of its JSON.
    private struct Row: Decodable, Equatable {
        var course: String
        var student: String?
        var bytes: Int64 = 0
        var volumes: Int64 = 0
        var quotaBytes: Int64?
        var quotaVolumes: Int64?
        var exceptionBytes: Int64?
        var exceptionVolumes: Int64?
    }

    private struct Change: Decodable {
        let before: Row
        let after: Row
    }

    /// Runs it with the installation's cluster and pool, in a namespace if one is named.
    private static func run(
        _ words: [String],
        namespace: String? = nil,
        in installation: Installation
    ) async throws -> (status: Int32, output: String) {
        try await installation.lockerctl(["quota"] + words, namespace: namespace)
    }

    private static func decoded<T: Decodable>(_ type: T.Type, _ done: (status: Int32, output: String)) throws -> T {
        try #require(done.status == 0, "\(done.output)")
        return try JSONDecoder().decode(type, from: Data(done.output.utf8))
    }

    @Test("What is set is shown before and after, counts at once, takes nothing, and is unset again")
    func story() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let course = "story-\(installation.context.namespace)"
            func plan() -> VolumePlan {
                var plan = installation.plan(.rawBlock(), bytes: 32 << 20)
                plan.parameters.merge(["course": course, "studentQuota": "64Mi", "courseVolumes": "9"]) { $1 }
                return plan
            }
            let student = ["--course", course, "--student", "student-1"]
            // Before there is a volume the pool does not know the course.
            let unknown = try await Self.run(["show", "--course", course], in: installation)
            #expect(unknown.status == 1 && unknown.output.contains("has had no volume in pool"), "\(unknown.output)")
            let early = try await Self.run(
                ["set", "--course", course, "--bytes", "1Gi", "--output", "json"],
                namespace: installation.context.namespace,
                in: installation
            )
            let set = try Self.decoded(Change.self, early).after
            #expect(set == Row(course: course, quotaBytes: 1 << 30, exceptionBytes: 1 << 30))
            for _ in 0..<2 { _ = try await controller.create(plan(), of: installation) }

            let list = try await Self.run(["list", "--course", course, "--output", "json"], in: installation)
            #expect(
                try Self.decoded([Row].self, list) == [
                    Row(
                        course: course,
                        bytes: 64 << 20,
                        volumes: 2,
                        quotaBytes: 1 << 30,
                        quotaVolumes: 9,
                        exceptionBytes: 1 << 30
                    ),
                    Row(course: course, student: "student-1", bytes: 64 << 20, volumes: 2, quotaBytes: 64 << 20),
                ]
            )
            await expectRefusal(.resourceExhausted) { try await controller.create(plan(), of: installation) }
            let more = try await Self.run(["set"] + student + ["--bytes", "96Mi", "--volumes", "3"], in: installation)
            #expect(more.status == 0)
            for words in [
                "student student-1 of course \(course) has 64 MiB (67108864 bytes) in 2 volumes",
                "bytes:   64 MiB (67108864 bytes) -> 96 MiB (100663296 bytes)", "volumes: no quota -> 3",
                "A quota takes nothing away",
            ] { #expect(more.output.contains(words), "\(more.output)") }
            _ = try await controller.create(plan(), of: installation)

            let table = try await Self.run(["show"] + student, in: installation)
            let cells = table.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
            #expect(
                cells == [
                    "COURSE STUDENT SIZE QUOTA VOLUMES QUOTA EXCEPTION",
                    "\(course) student-1 96 MiB 96 MiB 3 3 bytes, volumes",
                ]
            )
            let unset = try await Self.run(["unset"] + student + ["--volumes", "--output", "json"], in: installation)
            let change = try Self.decoded(Change.self, unset)
            #expect(change.before.quotaVolumes == 3 && change.after.quotaVolumes == nil)
            #expect(change.after.exceptionBytes == 96 << 20 && change.after.bytes == 96 << 20)
            let all = try await Self.run(["unset"] + student, in: installation)
            #expect(all.status == 0 && all.output.contains("-> 64 MiB"), "\(all.output)")
        }
    }

    @Test("What cannot be understood ends with 64, what cannot be done with 1, and both say why")
    func errors() async throws {
        try await Installation.with { installation in
            for (words, status, said) in [
                (["set", "--course", "c"], Int32(64), "--bytes, --volumes or both"),
                (["set", "--course", "c", "--bytes", "much"], 64, "20Gi"),
                (["set", "--course", "c", "--volumes=-1"], 64, "is negative"), (["show"], 64, "--course"),
                (["show", "--course", "c", "--student", ""], 64, "--student is empty"),
                (["show", "--course", "no-such-course"], 1, "no-such-course"),
            ] {
                let done = try await Self.run(words, in: installation)
                #expect(done.status == status && done.output.contains(said), "\(words): \(done.status) \(done.output)")
            }
        }
    }
}
