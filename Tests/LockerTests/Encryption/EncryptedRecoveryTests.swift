// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// A controller that ends after any step of an encrypted volume's making or deletion, and whoever comes next.
@Suite(.timeLimit(.minutes(4)))
struct EncryptedRecoveryTests {
    @Test(
        "Ended at any step, CreateVolume is finished by whoever comes next: one key, one header, and they fit",
        arguments: [
            "create.recorded", "create.counted", "create.keyed", "create.imaged", "create.encrypted", "create.ready",
        ],
        RecoveryTests.Successor.allCases
    )
    func create(_ step: String, _ successor: RecoveryTests.Successor) async throws {
        try await Laboratory.with { laboratory in
            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: step))
            await #expect(throws: Interruption(step: step)) { try await first.create(laboratory.encryptedRequest()) }
            let keys = try Laboratory.keys(1, 2)
            let second = try successor.controller(laboratory)
            let volume = try await second.create(laboratory.encryptedRequest(keys: keys))
            try await laboratory.expectOneEncrypted(volume, by: keys)
            try await second.delete(volume.handle)
            await second.erased()
            try await laboratory.expectNothing()
        }
    }

    @Test(
        "Ended at any step, DeleteVolume is finished by whoever comes next, and no key is left",
        arguments: [
            "delete.marked", "delete.unkeyed", "delete.overwritten", "delete.trashed", "delete.released",
            "delete.moved",
        ],
        RecoveryTests.Successor.allCases
    )
    func delete(_ step: String, _ successor: RecoveryTests.Successor) async throws {
        try await Laboratory.with { laboratory in
            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: step))
            let volume = try await first.create(laboratory.encryptedRequest())
            await #expect(throws: Interruption(step: step)) { try await first.delete(volume.handle) }
            let second = try successor.controller(laboratory)
            try await second.delete(volume.handle)
            await second.sweep()
            await second.erased()
            try await laboratory.expectNothing()
        }
    }

    @Test("A creation that nobody retries is taken back with its key", arguments: ["create.keyed", "create.encrypted"])
    func tidy(_ step: String) async throws {
        try await Laboratory.with { laboratory in
            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: step))
            await #expect(throws: Interruption(step: step)) { try await first.create(laboratory.encryptedRequest()) }
            #expect(try await laboratory.wrappedKeys().count == 1)
            let late = try laboratory.controller("locker-1", ahead: 3_700_000)
            try await late.volumes.tidy(
                pool: laboratory.io.poolName,
                namespace: laboratory.io.namespace,
                target: late.location.target
            )
            try await laboratory.expectNothing()
        }
    }

    @Test(
        "A user who may not store keys makes no volume and leaves nothing; with the caps that the documents name he does"
    )
    func caps() async throws {
        try await Laboratory.with { laboratory in
            let images = "profile rbd pool=students namespace=\(laboratory.io.namespace)"
            let caps = [images, "\(images), allow rwx pool=students namespace=locker.keys"]
            for (index, osd) in caps.enumerated() {
                let user = try await laboratory.cluster.user(
                    "keys-\(index)-\(laboratory.io.namespace)",
                    caps: ["mon": "profile rbd", "osd": osd]
                )
                let own = try laboratory.controller("locker-\(index)")
                let controller = Controller(
                    volumes: own.volumes,
                    erasures: own.erasures,
                    clusters: own.clusters,
                    location: VolumeLocation(clusterID: "lab", target: user),
                    namespace: own.namespace,
                    events: own.events
                )
                if index == 0 {
                    await expectRefusal(.permissionDenied, saying: "allow rwx pool=students namespace=locker.keys") {
                        try await controller.create(laboratory.encryptedRequest())
                    }
                    try await laboratory.expectNothing()
                } else {
                    let volume = try await controller.create(laboratory.encryptedRequest())
                    try await laboratory.expectOneEncrypted(volume, by: Laboratory.keys(1))
                    try await controller.delete(volume.handle)
                    await controller.erased()
                    try await laboratory.expectNothing()
                }
            }
        }
    }

    @Test("One whose image the cluster refuses leaves no key")
    func refused() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            var request = try laboratory.request(parameters: ["encrypted": "true", "dataPool": "no-such-pool"])
            request.keys = try Laboratory.keys(1)
            await expectRefusal(.invalidArgument, saying: "no-such-pool") { try await controller.create(request) }
            try await laboratory.expectNothing()
        }
    }
}
