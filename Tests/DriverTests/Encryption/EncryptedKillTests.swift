// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Glibc
internal import Host
internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Testing

/// The controller killed between any two steps of an encrypted volume's making and deletion.
@Suite(.timeLimit(.minutes(10)))
struct EncryptedKillTests {
    @Test("CreateVolume is finished by the retry, with one key that opens the header", arguments: Self.creation)
    func create(step: String) async throws {
        try await Installation.with { installation in
            let plan = installation.plan().encrypted(in: installation)
            try await installation.expectDeath(at: step) { _ = try await $0.create(plan, of: installation) }
            let controller = try await installation.controller()
            let volume = try await controller.create(plan, of: installation)
            #expect(volume.capacity == plan.bytes)
            #expect(try await Leftovers.wrappedKeys(of: installation.context).count == 1)
            try await Self.expectOpen(volume, in: installation.context)
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("DeleteVolume is finished by the retry, and the key goes", arguments: KillSteps.destroy + KillSteps.delete)
    func delete(step: String) async throws {
        try await Installation.alone { installation in
            let first = try await installation.controller()
            let plan = installation.plan().encrypted(in: installation)
            let volume = try await first.create(plan, of: installation)
            await first.terminate()
            try await installation.expectDeath(at: step) { try await $0.delete(volume) }
            let controller = try await installation.controller(hasIdentity: true)
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("A copy is finished by the retry, and nothing of the first attempt is left", arguments: Self.copying)
    func copy(step: String) async throws {
        try await Installation.with { installation in
            let first = try await installation.controller()
            let volume = try await first.create(installation.plan().encrypted(in: installation), of: installation)
            await first.terminate()
            var plan = installation.plan().encrypted(in: installation)
            plan.source = VolumeContentSource(kind: .copy(of: volume))
            try await installation.expectDeath(at: step) { _ = try await $0.create(plan, of: installation) }
            let controller = try await installation.controller()
            let copy = try await controller.create(plan, of: installation)
            try await Self.expectOpen(copy, in: installation.context)
            #expect(try await installation.context.images().count == 2)
            try await controller.delete(volume)
            try await controller.delete(copy)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    private static let copying = KillSteps.copyPart
    private static let creation = KillSteps.create + KillSteps.encrypt

    /// That the volume's wrapped key opens its header.
    private static func expectOpen(_ volume: MadeVolume, in context: IOContext) async throws {
        let opened = try await RecordStore.open(context, layouts: LayoutCache(), creating: false)
        let store = try #require(opened)
        let key = RecordKey(instance: "rbd.locker.csi", name: volume.plan.name)
        let record = try #require(try await store.volume(key)).value
        let keys = try KeyEncryptionKeys(secrets: EncryptedClass.secrets(1))
        let dataKey = try await record.dataKey(at: key, in: context) { try #require(keys) }
        let found = try #require(dataKey)
        let size = try await context.withImage(.name(volume.imageName), readOnly: true) { image in
            try found.withBytes { try image.loadEncryption(.luks2, passphrase: $0) }
            return try image.size
        }
        #expect(size == UInt64(volume.capacity))
    }
}
