// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Rados
internal import Redaction
internal import SystemPackage
internal import TestSupport
internal import Testing
internal import VaultStandIn

/// The key-encryption keys of an archived course, as an administrator meets them.
@Suite(.timeLimit(.minutes(5)))
struct KeyDestructionCommandArchiveTests {
    @Test("An encrypted course is archived and restored by its key in Vault, which stays as long as the archive")
    func vault() async throws {
        try await VaultPlace.with { place in
            try await Installation.with { installation in
                let course = EncryptedClass.course(of: installation)
                let key = "locker-\(course)"
                try await place.makeKey(key)
                try await place.configure(key, ["deletion_allowed": true])
                let controller = try await installation.controller()
                let secrets = place.settings.mapValues { Secret($0) }
                let plan = installation.plan().encrypted(in: installation, secrets: secrets)
                let volume = try await controller.create(plan, of: installation)
                let file = try installation.write(place.file(), to: "vault.json").string
                let own = ["--course", course, "--instance-key", installation.path("instance-key").string]
                func run(_ words: String..., pool: String? = nil) async throws -> (status: Int32, output: String) {
                    try await installation.lockerctl(words + own, pool: pool)
                }

                let order = ["--archive-to", "rbd", "--keep-until", "2099-12-31", "--yes"]
                let without = try await installation.lockerctl(["term", "end"] + order + own)
                #expect(without.status == 3 && without.output.contains("--archive-keys"), "\(without)")
                let done = try await installation.lockerctl(["term", "end"] + order + ["--archive-keys", file] + own)
                #expect(done.status == 0 && done.output.contains("archived"), "\(done)")
                #expect(try await place.hasKey(key))

                // Both commands that destroy keys say which archive needs them, and nothing happens to the key.
                let end = try await run("term", "end", "--yes", "--key-encryption-keys", file)
                #expect(end.status == 1 && end.output.contains("\"\(volume.plan.name)\" in pool rbd"), "\(end)")
                let destroy = try await run("keys", "destroy", "--yes", "--key-encryption-keys", file)
                #expect(destroy.status == 1 && destroy.output.contains("archive erase"), "\(destroy)")
                let dry = try await run("keys", "destroy", "--dry-run", "--key-encryption-keys", file)
                #expect(dry.status == 3 && dry.output.contains("needed by archive"), "\(dry)")
                #expect(try await place.hasKey(key))

                let restored = try await run(
                    "archive",
                    "restore",
                    plan.name,
                    "--cluster-id",
                    Installation.clusterID,
                    "--archive-keys",
                    file,
                    pool: "rbd"
                )
                #expect(restored.status == 0 && restored.output.contains("volumeHandle"), "\(restored)")
                // A term of which one more volume is there is not ended with the keys either, nor is the volume erased.
                let more = try await run("term", "end", "--yes", "--key-encryption-keys", file)
                #expect(more.status == 1 && more.output.contains("stay while there are archives"), "\(more)")
                let rest = try await run("term", "end", "--yes")
                #expect(rest.status == 0 && rest.output.contains("1 erased"), "\(rest)")

                let erased = try await run("archive", "erase", plan.name, "--yes", pool: "rbd")
                #expect(erased.status == 0, "\(erased)")
                let last = try await run("term", "end", "--yes", "--key-encryption-keys", file)
                #expect(last.status == 0 && last.output.contains("are destroyed"), "\(last)")
                #expect(try await !place.hasKey(key))
                try await Leftovers.waitUntilGone(installation.context)
            }
        }
    }
}
