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

/// The controller killed between any two steps of a snapshot's life: the retry finishes the call, and nothing is left.
@Suite(.timeLimit(.minutes(10)))
struct SnapshotKillTests {
    @Test("CreateSnapshot is finished by the retry", arguments: KillSteps.snapshot)
    func create(step: String) async throws {
        try await Self.with { installation, volume in
            try await installation.expectDeath(at: step) { _ = try await $0.snapshot(of: volume) }
            try await Self.live(volume, in: installation)
        }
    }

    @Test("What was taken over from a killed controller, by one that is killed too, is finished by a third")
    func takeover() async throws {
        try await Self.with { installation, volume in
            for step in ["snapshot.taken", "snapshot.claimed"] {
                try await installation.expectDeath(at: step) { _ = try await $0.snapshot(of: volume) }
            }
            try await Self.live(volume, in: installation)
        }
    }

    @Test("A snapshot whose volume has gone meanwhile is taken back, by the next one if the first is killed at it")
    func undo() async throws {
        try await Self.with { installation, volume in
            try await installation.expectDeath(at: "snapshot.recorded") {
                _ = try await $0.snapshot(of: volume)
            }
            let other = try await installation.controller(name: "d", hasIdentity: true)
            try await other.delete(volume)
            await other.terminate()
            try await installation.expectDeath(at: "snapshot.undone") {
                _ = try await $0.snapshot(of: volume)
            }
            let controller = try await installation.controller()
            await expectRefusal(.notFound) { _ = try await controller.snapshot(of: volume) }
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("DeleteSnapshot is finished by the retry", arguments: KillSteps.unsnapshot)
    func delete(step: String) async throws {
        try await Self.with { installation, volume in
            let first = try await installation.controller()
            let snapshot = try await first.snapshot(of: volume)
            await first.terminate()
            try await installation.expectDeath(at: step) { try await $0.delete(snapshot, of: volume) }
            let controller = try await installation.controller(hasIdentity: true)
            try await controller.delete(snapshot, of: volume)
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("A snapshot that nobody retries for an hour is taken back, by the next controller if one is killed at it")
    func tidy() async throws {
        try await Installation.alone { installation in
            let first = try await installation.controller(killedAt: "snapshot.taken")
            let volume = try await first.create(installation.plan(), of: installation)
            await #expect(throws: RPCError.self) { _ = try await first.snapshot(of: volume) }
            try #require(await first.wait() == 128 + SIGKILL)
            try await Self.age(in: installation.context)
            let killed = try await installation.controller(
                killedAt: "tidy.unsnapped",
                hasIdentity: true
            )
            try #require(await killed.wait() == 128 + SIGKILL)
            try await Self.age(in: installation.context)
            let controller = try await installation.controller(hasIdentity: true)
            while try await Self.record(in: installation.context).stored != nil {
                try await Task.sleep(for: .milliseconds(20))
            }
            let left = try await installation.context.withImage(.name(volume.imageName), readOnly: true) {
                try $0.snapshots()
            }
            #expect(left.isEmpty)
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    private static func record(
        in context: IOContext
    ) async throws -> (store: RecordStore, key: RecordKey, stored: Stored<SnapshotRecord>?) {
        let opened = try await RecordStore.open(context, layouts: LayoutCache(), creating: false)
        let store = try #require(opened)
        let key = RecordKey(instance: "rbd.locker.csi", snapshot: "snapshot-1")
        return (store, key, try await store.record(SnapshotRecord.self, at: key))
    }

    /// Makes a snapshot that is being taken, or taken back, look two hours old.
    private static func age(in context: IOContext) async throws {
        let (store, key, found) = try await self.record(in: context)
        let stored = try #require(found)
        var record = stored.value
        record.createdAt -= 2 * 3_600_000
        record.step?.startedAt -= 2 * 3_600_000
        #expect(try await store.put(record, at: key, replacing: stored) != nil)
    }

    private static func with(_ body: (Installation, MadeVolume) async throws -> Void) async throws {
        try await Installation.alone { installation in
            let controller = try await installation.controller()
            let volume = try await controller.create(installation.plan(), of: installation)
            await controller.terminate()
            try await body(installation, volume)
        }
    }

    /// The rest of a snapshot's life, beginning with the retry of CreateSnapshot.
    private static func live(_ volume: MadeVolume, in installation: Installation) async throws {
        let controller = try await installation.controller(hasIdentity: true)
        let snapshot = try await controller.snapshot(of: volume)
        #expect(try await controller.snapshot(of: volume) == snapshot)
        let found = try await installation.context.withImage(.name(volume.imageName), readOnly: true) {
            try $0.snapshots()
        }
        #expect(found.count == 1)
        try await controller.delete(snapshot, of: volume)
        try await controller.delete(volume)
        try await Leftovers.waitUntilGone(installation.context)
    }
}
