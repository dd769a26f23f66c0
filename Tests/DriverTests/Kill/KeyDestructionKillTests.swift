// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Glibc
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// `lockerctl keys destroy` killed at each change that it makes in Ceph, the key's file being there or gone by then: the next
/// one ends what it has begun.
@Suite(.timeLimit(.minutes(10)))
struct KeyDestructionKillTests {
    private static let write = "rados_aio_write_op_operate"

    private struct Row: Decodable {
        let verdict: String
        let key: String
    }

    @Test(
        "Killed before each of its writes to Ceph, or in the middle of it, it is finished by the next",
        arguments: [0, 300, 2000]
    )
    func killed(delay: Int64) async throws {
        try await Installation.with { installation in
            let course = EncryptedClass.course(of: installation)
            let file = try Self.directory(in: installation).appending(course)
            let options = ["--key-encryption-keys", file.removingLastComponent().string]
            let controller = try await installation.controller(options: options)
            let control = try CephCallControl(at: installation.path("calls"))
            var deaths = 0
            for number: Int64 in 1... {
                // Another key for each turn, which wraps one volume's.
                let text = "\(number) \(EncryptedClass.key(1))-\(UInt64.random(in: 0...UInt64.max))\n"
                try installation.write(text, to: "keks/\(course)")
                var plan = installation.plan().encrypted(in: installation, secrets: [:])
                plan.name += "-\(number)"
                let volume = try await controller.create(plan, of: installation)
                try await controller.delete(volume)
                try await Leftovers.waitUntilGone(installation.context)

                let words = ["keys", "destroy", "--yes", "--last-copy", "--course", course] + options
                let key = ["--instance-key", installation.path("instance-key").string]
                control.arm(at: number, delay: delay, only: Self.write)
                let first = try await installation.lockerctl(words + key, environment: control.environment)
                let died = first.status == 128 + SIGKILL
                if died { deaths += 1 }
                control.disarm()
                if died {
                    let second = try await installation.lockerctl(words + key)
                    // 3: it was filed before it died, and nothing is left to do.
                    #expect([0, 3].contains(second.status), "after write \(number): \(second)")
                } else {
                    #expect(first.status == 0, "\(first)")
                }
                #expect(!FileManager.default.fileExists(atPath: file.string), "after write \(number)")
                let verified = try await installation.lockerctl(
                    ["erasure", "verify", "--output", "json", volume.plan.name] + key,
                    namespace: installation.context.namespace
                )
                let row = try JSONDecoder().decode([Row].self, from: Data(verified.output.utf8)).first
                #expect(row?.key == "kek-destroyed" && row?.verdict == "verified", "after write \(number): \(verified)")
                if !died { break }
            }
            // What is about to be destroyed is noted, and that it is destroyed is filed.
            #expect(delay > 0 || deaths == 2)
        }
    }

    private static func directory(in installation: Installation) throws -> FilePath {
        let directory = installation.path("keks")
        try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
        return directory
    }
}
