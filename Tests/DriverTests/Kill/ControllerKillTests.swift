// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Glibc
internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Testing

/// The controller killed between any two steps: the retry finishes the call, and in the end nothing is left.
@Suite(.timeLimit(.minutes(10)))
struct ControllerKillTests {
    @Test("CreateVolume is finished by the retry", arguments: KillSteps.create)
    func create(step: String) async throws {
        try await Installation.with { installation in
            let plan = installation.plan()
            try await installation.expectDeath(at: step) { _ = try await $0.create(plan, of: installation) }
            let controller = try await installation.controller()
            try await Self.live(plan, by: controller, in: installation)
        }
    }

    @Test("What was taken over from a killed controller, by others that are killed too, is finished by a fourth")
    func takeover() async throws {
        try await Installation.with { installation in
            let plan = installation.plan()
            for step in ["create.imaged", KillSteps.takeover, KillSteps.restart] {
                try await installation.expectDeath(at: step) { _ = try await $0.create(plan, of: installation) }
            }
            let controller = try await installation.controller()
            try await Self.live(plan, by: controller, in: installation)
        }
    }

    @Test("ControllerExpandVolume is finished by the retry, the data untouched", arguments: KillSteps.controllerExpand)
    func expand(step: String) async throws {
        try await Installation.with { installation in
            let plan = installation.plan()
            let first = try await installation.controller()
            let volume = try await first.create(plan, of: installation)
            let data = try await Self.write(volume, in: installation.context)
            await first.terminate()
            try await installation.expectDeath(at: step) { try await $0.expand(volume, to: 64 << 20) }
            let controller = try await installation.controller()
            #expect(try await controller.expand(volume, to: 64 << 20) == 64 << 20)
            let (size, found) = try await installation.context.withImage(.name(volume.imageName), readOnly: true) {
                (try $0.size, try $0.read(offset: 0, count: data.count))
            }
            #expect(size == 64 << 20)
            #expect(found == data)
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("DeleteVolume is finished by the retry, and the data goes", arguments: KillSteps.delete)
    func delete(step: String) async throws {
        try await Installation.alone { installation in
            let first = try await installation.controller()
            let volume = try await first.create(installation.plan(), of: installation)
            _ = try await Self.write(volume, in: installation.context)
            await first.terminate()
            try await installation.expectDeath(at: step) { try await $0.delete(volume) }
            let controller = try await installation.controller(hasIdentity: true)
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("An erasure goes on when a controller with a user of its own starts", arguments: KillSteps.erase)
    func erase(step: String) async throws {
        try await Installation.alone { installation in
            let volume = try await Self.dieErasing(at: step, in: installation)
            let controller = try await installation.controller(hasIdentity: true)
            try await Leftovers.waitUntilGone(installation.context)
            try await controller.delete(volume)
            let opened = try await ErasureArchive.open(installation.context)
            let archive = try #require(opened)
            let receipts = try await archive.receipts()
            #expect(receipts.map { $0.receipt?.imageName } == [volume.imageName])
            let keys = try InstanceKeys(parsing: "correct-horse-battery-staple").receiptPublicKeys()
            for receipt in receipts {
                let verdict = try await archive.verify(receipt, trusting: Set(keys.values), search: DataSearch())
                #expect(verdict.isVerified, "\(verdict)")
            }
        }
    }

    @Test("Without a user of its own the erasure goes on when the next volume is made")
    func eraseLater() async throws {
        try await Installation.with { installation in
            _ = try await Self.dieErasing(at: "erase.removed", in: installation)
            let controller = try await installation.controller()
            let next = try await controller.create(installation.plan(), of: installation)
            try await controller.delete(next)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test(
        "A creation that nobody retries for an hour is taken back, by the next controller if the first is killed at it"
    )
    func tidy() async throws {
        try await Installation.alone { installation in
            let plan = installation.plan()
            try await installation.expectDeath(at: "create.imaged") { _ = try await $0.create(plan, of: installation) }
            // Young, it is left alone, for the provisioner to retry.
            let patient = try await installation.controller(hasIdentity: true)
            _ = try await patient.create(installation.plan(), of: installation)
            await patient.terminate()
            #expect(try await installation.context.images().count == 2)

            try await Self.age(plan.name, in: installation.context)
            let second = try await installation.controller(killedAt: KillSteps.tidy, hasIdentity: true)
            try #require(await second.wait() == 128 + SIGKILL)
            _ = try await installation.controller(hasIdentity: true)
            while try await Leftovers.inCluster(installation.context).filter({ $0.contains(" v/") }).count > 2 {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await installation.context.images().count == 1)
        }
    }

    /// Makes the creation of a volume look two hours old.
    private static func age(_ name: String, in context: IOContext) async throws {
        let opened = try await RecordStore.open(context, layouts: LayoutCache(), creating: false)
        let store = try #require(opened)
        let key = RecordKey(instance: "rbd.locker.csi", name: name)
        let stored = try #require(try await store.volume(key))
        var record = stored.value
        record.createdAt -= 2 * 3_600_000
        record.step?.startedAt -= 2 * 3_600_000
        #expect(try await store.put(record, at: key, replacing: stored) != nil)
    }

    /// A volume whose erasure a killed controller has left.
    private static func dieErasing(at step: String, in installation: Installation) async throws -> MadeVolume {
        let killed = try await installation.controller(killedAt: step)
        let volume = try await killed.create(installation.plan(), of: installation)
        _ = try await self.write(volume, in: installation.context)
        do {
            try await killed.delete(volume)
        } catch is RPCError {
            // The erasure was faster than the answer.
        }
        #expect(await killed.wait() == 128 + SIGKILL)
        return volume
    }

    /// The rest of a volume's life, beginning with the retry of CreateVolume.
    private static func live(
        _ plan: VolumePlan,
        by controller: LockerProcess,
        in installation: Installation
    ) async throws {
        let volume = try await controller.create(plan, of: installation)
        #expect(volume.capacity == plan.bytes)
        #expect(try await controller.create(plan, of: installation).id == volume.id)
        let data = try await self.write(volume, in: installation.context)
        let images = try await installation.context.images().map(\.name)
        #expect(images == [volume.imageName])
        let found = try await installation.context.withImage(.name(volume.imageName), readOnly: true) {
            try $0.read(offset: 0, count: data.count)
        }
        #expect(found == data)
        try await controller.delete(volume)
        try await Leftovers.waitUntilGone(installation.context)
    }

    /// Writes something into a volume's image.
    private static func write(_ volume: MadeVolume, in context: IOContext) async throws -> [UInt8] {
        let bytes = (0..<4096).map { UInt8(truncatingIfNeeded: $0 * 7) }
        try await context.withImage(.name(volume.imageName), readOnly: false) { try $0.write(offset: 0, bytes) }
        return bytes
    }
}
