// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Testing

/// A controller that ends after any step of a snapshot's life, and whoever comes next.
@Suite(.timeLimit(.minutes(4)))
struct SnapshotRecoveryTests {
    private static let owned: Set<String> = ["snapshot.recorded", "snapshot.taken", "unsnapshot.marked"]

    @Test(
        "Ended at any step, CreateSnapshot is finished by whoever comes next: one snapshot, one record",
        arguments: ["snapshot.recorded", "snapshot.taken", "snapshot.ready"],
        RecoveryTests.Successor.allCases
    )
    func create(_ step: String, _ successor: RecoveryTests.Successor) async throws {
        try await Laboratory.withVolume { laboratory, volume in
            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: step))
            await #expect(throws: Interruption(step: step)) { try await first.snapshot(of: volume) }
            if Self.owned.contains(step) {
                let hasty = try laboratory.controller("locker-9", ahead: 15_000)
                await expectRefusal(.aborted, saying: "snapshot \"snap-1\"", "taken by locker-0", "try again later") {
                    try await hasty.snapshot(of: volume)
                }
            }
            let snapshot = try await successor.controller(laboratory).snapshot(of: volume)
            try await laboratory.expectOne(snapshot, of: volume)
        }
    }

    @Test("A snapshot that was taken but not answered is taken anew, and holds what was written until then")
    func anew() async throws {
        try await Laboratory.withVolume { laboratory, volume in
            let controller = try laboratory.controller(hook: Interruption.hook(at: "snapshot.taken"))
            await #expect(throws: Interruption.self) { try await controller.snapshot(of: volume) }
            let image = ImageName.id(volume.imageID)
            try await laboratory.io.withImage(image, readOnly: false) { try $0.write(offset: 0, [4, 5, 6]) }
            let snapshot = try await controller.snapshot(of: volume)
            try await laboratory.expectOne(snapshot, of: volume)
            let held = try await laboratory.io.withImage(
                image,
                readOnly: true,
                snapshot: snapshot.record.snapshotName
            ) { try $0.read(offset: 0, count: 3) }
            #expect(held == [4, 5, 6])
        }
    }

    @Test(
        "The volume deleted before the retry: nothing of the snapshot is left",
        arguments: ["snapshot.recorded", "snapshot.taken"]
    )
    func volumeGone(step: String) async throws {
        try await Laboratory.withVolume { laboratory, volume in
            let first = try laboratory.controller(hook: Interruption.hook(at: step))
            await #expect(throws: Interruption.self) { try await first.snapshot(of: volume) }
            let second = try laboratory.controller("locker-0", width: 0)
            if step == "snapshot.taken" {
                await expectRefusal(.failedPrecondition, saying: "being taken") { try await second.delete(volume) }
                // As if the deletion had counted just before the snapshot was there.
                try await Self.pretendDeleted(volume, in: laboratory.io)
            } else {
                try await second.delete(volume)
            }
            await expectRefusal(.notFound, saying: volume.text) { try await second.snapshot(of: volume) }
            try await laboratory.expectNoSnapshot(of: volume)
        }
    }

    @Test(
        "Ended at any step, DeleteSnapshot is finished by whoever comes next, and nothing is left",
        arguments: ["unsnapshot.marked", "unsnapshot.removed", "unsnapshot.done"],
        RecoveryTests.Successor.allCases
    )
    func delete(_ step: String, _ successor: RecoveryTests.Successor) async throws {
        try await Laboratory.withVolume { laboratory, volume in
            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: step))
            let snapshot = try await first.snapshot(of: volume)
            await #expect(throws: Interruption(step: step)) { try await first.deleteSnapshot(snapshot.handle) }
            if Self.owned.contains(step) {
                let hasty = try laboratory.controller("locker-9", ahead: 15_000)
                await expectRefusal(.aborted, saying: "deleted by locker-0", "try again later") {
                    try await hasty.deleteSnapshot(snapshot.handle)
                }
                await expectRefusal(.aborted, saying: "is being deleted") { try await hasty.snapshot(of: volume) }
            }
            try await successor.controller(laboratory).deleteSnapshot(snapshot.handle)
            try await laboratory.expectNoSnapshot(of: volume)
        }
    }

    @Test("The janitor leaves young snapshots alone, takes old ones back and finishes deletions")
    func tidy() async throws {
        try await Laboratory.withVolume { laboratory, volume in
            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: "snapshot.taken"))
            await #expect(throws: Interruption.self) { try await first.snapshot("abandoned", of: volume) }
            let second = try laboratory.controller("locker-1", hook: Interruption.hook(at: "unsnapshot.marked"))
            let doomed = try await second.snapshot("doomed", of: volume)
            await #expect(throws: Interruption.self) { try await second.deleteSnapshot(doomed.handle) }
            let kept = try await second.snapshot("kept", of: volume)

            try await laboratory.controller("locker-2", ahead: 15_000).tidy()
            #expect(try await laboratory.snapshots(of: volume).count == 3)
            try await laboratory.controller("locker-2", ahead: 30_000).tidy()
            #expect(try await laboratory.snapshotRecords().map(\.requestName).sorted() == ["abandoned", "kept"])

            let hour = Volumes.abandonedAfter + 1000
            let hook = Interruption.hook(at: "tidy.unsnapped")
            let killed = try laboratory.controller("locker-3", hook: hook, ahead: hour)
            await #expect(throws: Interruption.self) { try await killed.tidy() }
            #expect(try await laboratory.snapshots(of: volume).map(\.id) == [kept.handle.snapshotID])
            let retry = try laboratory.controller("locker-5")
            await expectRefusal(.aborted, saying: "is being deleted") {
                try await retry.snapshot("abandoned", of: volume)
            }
            try await laboratory.controller("locker-4", ahead: hour + 30_000).tidy()
            try await laboratory.expectOne(kept, of: volume)
        }
    }

    /// Moves a volume to the trash and its record out of sight, as DeleteVolume does.
    private static func pretendDeleted(_ volume: VolumeHandle, in io: IOContext) async throws {
        let opened = try await RecordStore.open(io, layouts: LayoutCache(), creating: false)
        let store = try #require(opened)
        let stored = try #require(try await store.volume(volume.recordKey))
        try await io.moveImageToTrash(stored.value.imageName)
        var record = stored.value
        record.phase = .erasing
        #expect(try await store.moveToErasure(record, replacing: stored, at: volume.recordKey))
    }
}
