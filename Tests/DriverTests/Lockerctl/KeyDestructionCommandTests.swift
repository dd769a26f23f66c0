// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Rados
internal import Redaction
internal import SystemPackage
internal import TestSupport
internal import Testing
internal import VaultStandIn

/// `lockerctl keys destroy`, and what receipts say then, as an administrator sees it.
@Suite(.timeLimit(.minutes(5)))
struct KeyDestructionCommandTests {
    private struct Row: Decodable {
        let volume: String
        let verdict: String
        let key: String
    }

    @Test(
        "A course's key in Vault is destroyed once nothing needs it, and receipts say kek-destroyed, signed",
        arguments: VaultPlace.kinds
    )
    func vault(_ kind: VaultPlace.Kind) async throws {
        try await VaultPlace.with(kind) { place in
            try await Installation.with { installation in
                let course = EncryptedClass.course(of: installation)
                let key = "locker-\(course)"
                try await place.makeKey(key)
                let controller = try await installation.controller()
                let secrets = place.settings.mapValues { Secret($0) }
                let plan = installation.plan().encrypted(in: installation, secrets: secrets)
                let volume = try await controller.create(plan, of: installation)
                let file = try installation.write(place.file(), to: "vault.json")
                let destroy = ["destroy", "--key-encryption-keys", file.string, "--yes"]

                // Vault does not let it; then a volume needs it.
                let protected = try await Self.keys(destroy, in: installation)
                #expect(protected.status == 1 && protected.output.contains("deletion_allowed=true"), "\(protected)")
                try await place.configure(key, ["deletion_allowed": true])
                let needed = try await Self.keys(destroy, in: installation)
                #expect(needed.status == 1 && needed.output.contains("still needed"), "\(needed)")
                #expect(needed.output.contains("needed by data key") && needed.output.contains(course))
                #expect(try await place.hasKey(key))

                try await controller.delete(volume)
                try await Leftovers.waitUntilGone(installation.context)
                #expect(try await Self.receipt(of: volume, in: installation).key == "key-removed")
                let dry = try await Self.keys(destroy + ["--dry-run"], in: installation)
                #expect(dry.status == 0 && dry.output.contains("vault:\(key):v1#"), "\(dry)")
                #expect(try await place.hasKey(key))

                let done = try await Self.keys(destroy, in: installation)
                #expect(done.status == 0 && done.output.contains("kek-destroyed"), "\(done)")
                #expect(try await !place.hasKey(key))
                let row = try await Self.receipt(of: volume, in: installation)
                #expect(row.key == "kek-destroyed" && row.verdict == "verified", "\(row)")
                let shown = try await Self.erasure(["show", volume.plan.name], in: installation)
                #expect(
                    shown.output.contains("kek-destroyed") && shown.output.contains("was deleted in Vault"),
                    "\(shown)"
                )
                #expect(try await Self.keys(destroy, in: installation).status == 3)

                // Somebody who may write to the pool changes what is filed.
                try await Self.tamper(course, in: installation)
                let refused = try await Self.receipt(of: volume, in: installation)
                #expect(refused.key == "key-removed" && refused.verdict == "refused", "\(refused)")
            }
        }
    }

    @Test("A file is overwritten and removed; receipts say so only when somebody has said that it was the last copy")
    func file() async throws {
        try await Installation.with { installation in
            let course = EncryptedClass.course(of: installation)
            let directory = installation.path("keks")
            try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
            // No other test's volumes have it.
            let text = "1 \(EncryptedClass.key(1))-\(UInt64.random(in: 0...UInt64.max))\n"
            let file = try installation.write(text, to: "keks/\(course)")
            let controller = try await installation.controller(options: ["--key-encryption-keys", directory.string])
            var plan = installation.plan().encrypted(in: installation, secrets: [:])
            let volume = try await controller.create(plan, of: installation)
            // The same name in a Secret is another key: what that has wrapped is not destroyed with the file.
            plan.name += "-other"
            plan.secrets["kek.1"] = Secret(EncryptedClass.key(7))
            let other = try await controller.create(plan, of: installation)
            for one in [volume, other] { try await controller.delete(one) }
            try await Leftovers.waitUntilGone(installation.context)

            let nothing = try await Self.keys(["destroy", "--yes"], in: installation)
            #expect(nothing.status == 3 && nothing.output.contains("delete the Secret"), "\(nothing)")
            let destroy = ["destroy", "--yes", "--key-encryption-keys", directory.string]
            let here = try await Self.keys(destroy, in: installation)
            #expect(here.status == 3 && here.output.contains("--last-copy"), "\(here)")
            #expect(!FileManager.default.fileExists(atPath: file.string))
            #expect(try await Self.receipt(of: volume, in: installation).key == "key-removed")

            try installation.write(text, to: "keks/\(course)")
            let term = try await installation.lockerctl(
                [
                    "term", "end", "--course", course, "--yes", "--last-copy", "--key-encryption-keys",
                    directory.string,
                    "--instance-key", installation.path("instance-key").string,
                ]
            )
            #expect(term.status == 0 && term.output.contains("kek-destroyed"), "\(term)")
            #expect(!FileManager.default.fileExists(atPath: file.string))
            let row = try await Self.receipt(of: volume, in: installation)
            #expect(row.key == "kek-destroyed" && row.verdict == "verified", "\(row)")
            #expect(try await Self.receipt(of: other, in: installation).key == "key-removed")
            let shown = try await Self.erasure(["show", volume.plan.name], in: installation)
            #expect(shown.output.contains("an administrator's word"), "\(shown)")
            for output in [here.output, term.output, shown.output] { #expect(!output.contains("of-the-tests")) }
        }
    }

    /// Changes a byte of what is filed of a course's keys.
    private static func tamper(_ course: String, in installation: Installation) async throws {
        let main = try await installation.context.cluster.ioContext(poolID: installation.context.poolID)
        let page = try await main.omapPage(of: "locker.key-destructions", prefix: "\(course)/", limit: 10)
        let (key, value) = try #require(page.entries.first)
        var changed = value
        changed[changed.count / 2] ^= 1
        try await main.write("locker.key-destructions") { $0.setOmap([key: changed]) }
    }

    private static func receipt(of volume: MadeVolume, in installation: Installation) async throws -> Row {
        let verified = try await Self.erasure(
            [
                "verify", "--instance-key", installation.path("instance-key").string, "--output", "json",
                volume.plan.name,
            ],
            in: installation
        )
        return try #require(try JSONDecoder().decode([Row].self, from: Data(verified.output.utf8)).first, "\(verified)")
    }

    private static func erasure(
        _ words: [String],
        in installation: Installation
    ) async throws -> (status: Int32, output: String) {
        try await installation.lockerctl(["erasure"] + words, namespace: installation.context.namespace)
    }

    private static func keys(
        _ words: [String],
        in installation: Installation
    ) async throws -> (status: Int32, output: String) {
        try await installation.lockerctl(
            ["keys"] + words + [
                "--course", EncryptedClass.course(of: installation), "--instance-key",
                installation.path("instance-key").string,
            ]
        )
    }
}
