// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// What a shell is offered for names that only the cluster knows.
@Suite(.timeLimit(.minutes(2)))
struct CompletionTests {
    /// Asks as the script of `--generate-completion-script` does when somebody presses TAB behind the last word.
    private static func offers(
        _ option: String,
        _ words: [String],
        in installation: Installation
    ) async throws -> [String] {
        let line = ["lockerctl", "volumes"] + words + [option, ""]
        let asked = try await installation.lockerctl(
            ["---completion", "volumes", "--", option, "\(line.count - 1)", "0"] + line,
            asksCluster: false
        )
        try #require(asked.status == 0, "\(asked)")
        return asked.output.split(separator: "\n").map(String.init)
    }

    @Test("Pools and courses are those of the cluster that the words so far name")
    func names() async throws {
        try await Installation.with { (installation) async throws in
            let controller = try await installation.controller()
            var plan = installation.plan()
            let course = "course-\(UInt32.random(in: 0...UInt32.max))"
            plan.parameters["course"] = course
            let volume = try await controller.create(plan, of: installation)
            let monitors = installation.cluster.monitors.joined(separator: ",")
            let place = ["--monitors=\(monitors)", "--user", "csi", "--key-file", "'\(installation.path("key"))'"]
            let pools = try await Self.offers("--pool", place, in: installation)
            #expect(pools.contains(installation.context.poolName) && pools == pools.sorted(), "\(pools)")
            for pool in [[], ["--pool", installation.context.poolName]] {
                let courses = try await Self.offers("--course", place + pool, in: installation)
                #expect(courses.contains(course), "\(courses)")
            }
            #expect(try await Self.offers("--course", place + ["--pool", "none"], in: installation).isEmpty)
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("Nothing is offered, and nothing said, where the words lead to no cluster")
    func nowhere() async throws {
        try await Installation.with { (installation) async throws in
            let key = ["--key-file", installation.path("key").string]
            let silent = ["--monitors", "127.0.0.1:1"] + key
            for words in [[], key, ["--monitors", "--user"] + key, silent] {
                #expect(try await Self.offers("--pool", words, in: installation).isEmpty, "\(words)")
            }
        }
    }

    @Test("A file that is no keyring and no key is called so, before librados calls it an invalid argument")
    func keyFile() async throws {
        try await Installation.with { (installation) async throws in
            let file = try installation.write("not a key at all\n", to: "no-key")
            let words = ["volumes", "--monitors", "127.0.0.1:1", "--pool", "students", "--key-file", file.string]
            let refused = try await installation.lockerctl(words, asksCluster: false)
            #expect(refused.status == 64 && refused.output.contains("no cephx key"), "\(refused)")
        }
    }
}
