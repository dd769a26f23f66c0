// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import RBD
internal import Rados
internal import Testing

/// Lists through the socket: what they know with and without a user of Locker's own.
@Suite(.timeLimit(.minutes(5)))
struct ListVolumesTests {
    @Test("With a user of its own a new process lists everything; without, what calls have led it to")
    func restart() async throws {
        try await Installation.alone { installation in
            let first = try await installation.controller()
            var ids: Set<String> = []
            var volume = try await first.create(installation.plan(), of: installation)
            ids.insert(volume.id)
            for _ in 0..<4 {
                volume = try await first.create(installation.plan(), of: installation)
                ids.insert(volume.id)
            }
            let snapshot = try await first.snapshot(of: volume)
            #expect(try await Set(first.volumes()) == ids)
            #expect(try await Set(first.volumes(by: 2)) == ids)
            await first.terminate()

            let second = try await installation.controller()
            #expect(try await second.volumes() == [])
            await expectRefusal(.failedPrecondition, naming: "--instance-config") {
                try await second.controller.controllerGetVolume(.init(volumeID: volume.id))
            }
            // A user's secrets serve for what that user may see.
            let all = ListSnapshotsRequest(secrets: volume.plan.secrets)
            let found = try await second.controller.listSnapshots(all, timeout: LockerProcess.patience)
            #expect(found.entries.map(\.snapshot).contains(snapshot))
            #expect(try await second.volumes() == [])
            // One call that leads to the place, and it is known.
            _ = try await second.controller.getSnapshot(
                .init(snapshotID: snapshot.snapshotID, secrets: volume.plan.secrets)
            )
            #expect(try await Set(second.volumes()) == ids)
            await second.terminate()

            let third = try await installation.controller(hasIdentity: true)
            #expect(try await Set(third.volumes(by: 2)) == ids)
            let answer = try await third.controller.controllerGetVolume(.init(volumeID: volume.id))
            #expect(answer.volume?.volumeID == volume.id && answer.volume?.volumeContext == volume.context)
            #expect(answer.status?.volumeCondition?.abnormal == false)
            let one = try await third.controller.listSnapshots(.init(snapshotID: snapshot.snapshotID))
            #expect(one.entries.map(\.snapshot) == [snapshot])
        }
    }

    @Test("A volume whose image is gone is abnormal when it is asked for, and says so")
    func condition() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let volume = try await controller.create(installation.plan(), of: installation)
            try await installation.context.removeImage(volume.imageName)
            let answer = try await controller.controller.controllerGetVolume(.init(volumeID: volume.id))
            #expect(answer.status?.volumeCondition?.abnormal == true)
            #expect(answer.status?.volumeCondition?.message.contains(volume.imageName) == true)
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }
}
