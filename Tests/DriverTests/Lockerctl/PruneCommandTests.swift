// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// `lockerctl erasure prune`, as an administrator calls it.
@Suite(.timeLimit(.minutes(5)))
struct PruneCommandTests {
    @Test("Receipts are counted, exported a line each, and removed; what is no date is refused, and nothing unasked")
    func prune() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            for number in 0..<3 {
                var plan = installation.plan(.rawBlock(), bytes: 8 << 20)
                plan.name += "-\(number)"
                try await controller.delete(try await controller.create(plan, of: installation))
            }
            try await Leftovers.waitUntilGone(installation.context)
            func prune(_ words: String...) async throws -> (status: Int32, output: String) {
                try await installation.lockerctl(
                    ["erasure", "prune"] + words,
                    namespace: installation.context.namespace
                )
            }
            #expect(try await prune("--before", "soon", "--yes").status == 64)
            let none = try await prune("--before", "2020-01-01", "--yes")
            #expect(none.status == 0 && none.output.contains("0 receipts removed"), "\(none)")
            let dry = try await prune("--before", "2099-01-01", "--dry-run")
            #expect(dry.status == 0 && dry.output.contains("3 receipts"), "\(dry)")
            #expect(try await prune("--before", "2099-01-01").status == 4)
            let nowhere = try await prune("--before", "2099-01-01", "--yes", "--export", "/nowhere/receipts")
            #expect(nowhere.status == 1, "\(nowhere)")
            let file = installation.path("receipts.jsonl").string
            let done = try await prune("--before", "2099-01-01", "--yes", "--export", file)
            #expect(done.status == 0 && done.output.contains("3 receipts removed"), "\(done)")
            let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 3)
            for line in lines {
                let receipt = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                #expect(receipt?["signature"] is String && receipt?["imageID"] is String)
            }
            #expect(try await prune("--before", "2099-01-01", "--yes").output.contains("0 receipts removed"))
        }
    }

    @Test("How long receipts are kept is a number of days")
    func option() async throws {
        try await Installation.with { installation in
            for days in ["0", "-1", "forever"] {
                await #expect(throws: (any Error).self) {
                    try await installation.controller(options: ["--receipts-keep", days])
                }
            }
            _ = try await installation.controller(options: ["--receipts-keep", "1826"])
        }
    }
}
