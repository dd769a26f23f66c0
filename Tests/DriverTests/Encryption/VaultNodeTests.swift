// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import Glibc
internal import LockerProto
internal import Rados
internal import Redaction
internal import SystemPackage
internal import TestSupport
internal import Testing
internal import VaultStandIn

/// An encrypted volume's life through CSI where its course's key-encryption key is in Vault.
@Suite(.timeLimit(.minutes(10)))
struct VaultNodeTests {
    @Test(
        "It is made, staged, used over a kill of the node process, and deleted without Vault",
        arguments: VaultPlace.kinds
    )
    func life(_ kind: VaultPlace.Kind) async throws {
        try await Self.with(kind) { place, installation in
            let controller = try await installation.controller()
            let data = try await installation.data()
            let node = try await installation.node()
            let volume = try await controller.create(Self.plan(place, in: installation), of: installation)
            let wrapped = try #require(try await Leftovers.wrappedKeys(of: installation.context).first)
            #expect(wrapped.wrappingKeyID == "vault:\(Self.key(of: installation)):v1")
            #expect(String(decoding: wrapped.sealedKey, as: UTF8.self).hasPrefix("vault:v1:"))
            try await node.stage(volume)
            try await node.publish(volume)
            let file = try VolumeFile(writingTo: volume.target().appending("work"))
            await node.kill()
            let next = try await installation.node()
            try await next.stage(volume)
            #expect(try file.isWhole(at: volume.target().appending("work")))
            try await next.unpublish(volume)
            try await next.unstage(volume)

            // A Vault that is sealed stops the stage, leaves nothing and disturbs nothing else.
            if let standIn = place.standIn {
                standIn.change { $0.isSealed = true }
                await expectRefusal(.unavailable, naming: "sealed", "Unseal") { try await next.stage(volume) }
                let left = try await Leftovers.onNode(of: volume, data: data, installation: installation)
                #expect(left.isEmpty)
                standIn.change { $0.isSealed = false }
                try await next.stage(volume)
                try await next.publish(volume)
                #expect(try file.isWhole(at: volume.target().appending("work")))
                try await next.unpublish(volume)
                try await next.unstage(volume)
                await standIn.stop()
            }
            let log = try String(contentsOfFile: installation.path("log").string, encoding: .utf8)
            #expect(place.token == "root" || !log.contains(place.token))
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("CreateVolume is refused with what to do where Vault has no such key, and makes nothing")
    func missing() async throws {
        try await VaultPlace.with { place in
            try await Installation.with { installation in
                let controller = try await installation.controller()
                var plan = Self.plan(place, in: installation)
                let key = Self.key(of: installation)
                await expectRefusal(.failedPrecondition, naming: key, "derived=true") {
                    _ = try await controller.create(plan, of: installation)
                }
                plan.secrets["vaultCAFile"] = "/etc/shadow"
                await expectRefusal(.invalidArgument, naming: "vaultCAFile") {
                    _ = try await controller.create(plan, of: installation)
                }
                #expect(try await Leftovers.wrappedKeys(of: installation.context).isEmpty)
                plan.secrets["vaultCAFile"] = nil
                try await place.makeKey(key)
                let volume = try await controller.create(plan, of: installation)
                try await controller.delete(volume)
                try await Leftovers.waitUntilGone(installation.context)
            }
        }
    }

    @Test("CreateVolume that was killed is finished by the retry, with one wrapped key", arguments: KillSteps.encrypt)
    func kill(step: String) async throws {
        try await Self.with(.standIn) { place, installation in
            let plan = Self.plan(place, in: installation)
            try await installation.expectDeath(at: step) { _ = try await $0.create(plan, of: installation) }
            let controller = try await installation.controller()
            _ = try await installation.data()
            let node = try await installation.node()
            let volume = try await controller.create(plan, of: installation)
            #expect(try await Leftovers.wrappedKeys(of: installation.context).count == 1)
            try await node.stage(volume)
            try await node.unstage(volume)
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test(
        "A course moves from a key in a file to Vault and on to another version there, while a volume is in use",
        arguments: VaultPlace.kinds
    )
    func rewrap(_ kind: VaultPlace.Kind) async throws {
        try await Self.with(kind) { place, installation in
            let key = Self.key(of: installation)
            let kek = ["kek.1": EncryptedClass.key(1)]
            let old = try installation.write("1 \(EncryptedClass.key(1))\n", to: "keks")
            let options = ["--key-encryption-keys", old.string]
            let controller = try await installation.controller(options: options)
            _ = try await installation.data()
            let node = try await installation.node(options: options)
            let plan = installation.plan().encrypted(in: installation, secrets: [:])
            let volume = try await controller.create(plan, of: installation)
            try await node.stage(volume)
            try await node.publish(volume)
            let file = try VolumeFile(writingTo: volume.target().appending("work"))

            // In the place that controller and node read at each use.
            try installation.write(place.file(kek.mapValues { $0 }), to: "keks")
            let rewrap = [
                "keys", "rewrap", "--course", EncryptedClass.course(of: installation), "--key-encryption-keys",
                old.string,
            ]
            let moved = try await installation.lockerctl(rewrap, namespace: installation.context.namespace)
            #expect(
                moved.status == 0 && moved.output.contains("1 wrapped by vault:\(key) now, 0 were before"),
                "\(moved)"
            )
            try installation.write(place.file(), to: "keks")
            try await place.rotate(key)
            let again = try await installation.lockerctl(rewrap, namespace: installation.context.namespace)
            #expect(again.status == 0 && again.output.contains("1 wrapped by vault:\(key) now"), "\(again)")
            let same = try await installation.lockerctl(rewrap, namespace: installation.context.namespace)
            #expect(same.status == 0 && same.output.contains("0 wrapped by vault:\(key) now, 1 were before"), "\(same)")
            let wrapped = try #require(try await Leftovers.wrappedKeys(of: installation.context).first)
            #expect(wrapped.wrappingKeyID == "vault:\(key):v2" && wrapped.formerWrappingKeys.count == 2)
            let list = try await installation.lockerctl(["keys", "list"], namespace: installation.context.namespace)
            #expect(list.output.contains("vault:\(key):v2"))

            #expect(try file.isWhole(at: volume.target().appending("work")))
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await place.configure(key, ["min_decryption_version": 2])
            try await node.stage(volume)
            try await node.publish(volume)
            #expect(try file.isWhole(at: volume.target().appending("work")))
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    /// The name that the course's key has by itself.
    private static func key(of installation: Installation) -> String {
        "locker-\(EncryptedClass.course(of: installation))"
    }

    /// A volume of a class whose Secret names Vault.
    private static func plan(_ place: VaultPlace, in installation: Installation) -> VolumePlan {
        installation.plan().encrypted(in: installation, secrets: place.settings.mapValues { Secret($0) })
    }

    /// An installation, and a Vault that has its course's key.
    private static func with(
        _ kind: VaultPlace.Kind,
        _ body: (VaultPlace, Installation) async throws -> Void
    ) async throws {
        try await VaultPlace.with(kind) { place in
            try await Installation.with { installation in
                try await place.makeKey(self.key(of: installation))
                try await body(place, installation)
            }
        }
    }
}
