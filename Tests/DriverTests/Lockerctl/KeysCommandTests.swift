// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import LockerProto
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// `lockerctl keys`, as an administrator calls it.
@Suite(.timeLimit(.minutes(5)))
struct KeysCommandTests {
    @Test(
        "A course's keys are listed and wrapped anew while a volume is in use; the old key-encryption key is not needed then"
    )
    func rotation() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            _ = try await installation.data()
            let node = try await installation.node()
            var volumes: [MadeVolume] = []
            for _ in 0..<2 {
                let plan = installation.plan().encrypted(in: installation)
                volumes.append(try await controller.create(plan, of: installation))
            }
            try await node.stage(volumes[0])
            try await node.publish(volumes[0])
            let file = try VolumeFile(writingTo: volumes[0].target().appending("work"))

            let list = try await Self.run(["list"], in: installation)
            #expect(list.status == 0 && list.output.contains("kek.1") && list.output.contains(volumes[1].plan.name))
            let keks = try installation.write("1 \(EncryptedClass.key(1))\n2 \(EncryptedClass.key(2))\n", to: "keks")
            let new = try installation.write("2 \(EncryptedClass.key(2))\n", to: "new-keks")
            let course = EncryptedClass.course(of: installation)
            let rewrap = ["rewrap", "--course", course, "--key-encryption-keys"]
            let early = try await Self.run(rewrap + [new.string], in: installation)
            #expect(early.status == 1 && early.output.contains("\"kek.1\""))
            let refused = try await Self.run(rewrap + [new.string, "--dry-run"], in: installation)
            #expect(refused.status == 1 && refused.output.contains("\"kek.1\""), "\(refused)")
            for _ in 0..<2 {
                let dry = try await Self.run(rewrap + [keks.string, "--dry-run"], in: installation)
                #expect(dry.status == 0 && dry.output.contains("2 would be wrapped by kek.2, 0 are"), "\(dry)")
            }
            let done = try await Self.run(rewrap + [keks.string], in: installation)
            #expect(done.status == 0 && done.output.contains("2 wrapped by kek.2 now, 0 were before"), "\(done.output)")
            let again = try await Self.run(rewrap + [new.string], in: installation)
            #expect(
                again.status == 0 && again.output.contains("0 wrapped by kek.2 now, 2 were before"),
                "\(again.output)"
            )
            for output in [list.output, early.output, done.output] { #expect(!output.contains("of-the-tests")) }

            // What is in use is not disturbed, and is staged again by the new key alone.
            #expect(try file.isWhole(at: volumes[0].target().appending("work")))
            try await node.unpublish(volumes[0])
            try await node.unstage(volumes[0])
            await expectRefusal(.failedPrecondition, naming: "\"kek.2\"") { try await node.stage(volumes[0]) }
            var stage = volumes[0].stage()
            stage.secrets = installation.secrets.merging(EncryptedClass.secrets(2)) { $1 }
            _ = try await node.node.nodeStageVolume(stage, timeout: LockerProcess.patience)
            try await node.publish(volumes[0])
            #expect(try file.isWhole(at: volumes[0].target().appending("work")))
            try await node.unpublish(volumes[0])
            try await node.unstage(volumes[0])
            for volume in volumes { try await controller.delete(volume) }
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    private static func run(
        _ arguments: [String],
        in installation: Installation
    ) async throws -> (status: Int32, output: String) {
        try await installation.lockerctl(["keys"] + arguments, namespace: installation.context.namespace)
    }
}
