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

/// The controller killed between any two steps of making a copy.
@Suite(.timeLimit(.minutes(10)))
struct CloneKillTests {
    /// A volume with something in it, and a plan of a copy; the controllers end before `body`.
    private static func with(
        depth: UInt32 = 0,
        _ body: (Installation, MadeVolume, VolumePlan) async throws -> Void
    ) async throws {
        try await Installation.alone { installation in
            let first = try await installation.controller()
            let volume = try await first.create(installation.plan(.rawBlock()), of: installation)
            try await installation.context.withImage(.name(volume.imageName), readOnly: false) {
                try $0.write(offset: 0, [1, 2, 3])
            }
            await first.terminate()
            if depth > 0 {
                let opened = try await RecordStore.open(installation.context, layouts: LayoutCache(), creating: false)
                let store = try #require(opened)
                let key = RecordKey(instance: "rbd.locker.csi", name: volume.plan.name)
                let stored = try #require(try await store.volume(key))
                var record = stored.value
                record.cloneDepth = depth
                #expect(try await store.put(record, at: key, replacing: stored) != nil)
            }
            try await body(installation, volume, volume.copyPlan(of: installation, bytes: 64 << 20))
        }
    }

    /// Expects the copy to be whole, and deletes both, the source first.
    private static func finish(
        _ volume: MadeVolume,
        _ plan: VolumePlan,
        by controller: LockerProcess,
        in installation: Installation
    ) async throws {
        let copy = try await controller.create(plan, of: installation)
        #expect(copy.capacity == 64 << 20)
        let found = try await installation.context.withImage(.name(copy.imageName), readOnly: true) {
            try $0.read(offset: 0, count: 3)
        }
        #expect(found == [1, 2, 3])
        #expect(try await installation.context.images().count == 2)
        let kinds = try await installation.context.withImage(.name(volume.imageName), readOnly: true) {
            try $0.snapshots().map(\.kind)
        }
        #expect(!kinds.contains(.user))
        try await controller.delete(volume)
        try await controller.delete(copy)
        try await Leftovers.waitUntilGone(installation.context)
    }

    @Test("CreateVolume from a volume is finished by the retry", arguments: KillSteps.clone + ["create.imaged"])
    func copy(step: String) async throws {
        try await Self.with { installation, volume, plan in
            try await installation.expectDeath(at: step) { try await $0.create(plan, of: installation) }
            let controller = try await installation.controller()
            try await Self.finish(volume, plan, by: controller, in: installation)
        }
    }

    @Test("A flattening is finished by the next controller, or by the retry", arguments: KillSteps.flatten)
    func flatten(step: String) async throws {
        try await Self.with(depth: step == "clone.flattened" ? 11 : 3) { installation, volume, plan in
            let killed = try await installation.controller(killedAt: step)
            do {
                _ = try await killed.create(plan, of: installation)
            } catch is RPCError {
                // The flattening was faster than the answer, or comes before it.
            }
            try #require(await killed.wait() == 128 + SIGKILL)
            let controller = try await installation.controller(hasIdentity: true)
            let copy = try await controller.create(plan, of: installation)
            while try await installation.context.withImage(
                .name(copy.imageName),
                readOnly: true,
                { try $0.parent() != nil }
            ) {
                try await Task.sleep(for: .milliseconds(20))
            }
            try await Self.finish(volume, plan, by: controller, in: installation)
        }
    }
}
