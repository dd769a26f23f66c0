// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Synchronization
internal import Testing

/// Snapshots, and what happens to their volume at the same time.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SnapshotRaceTests {
    @Test("A volume that is deleted before its snapshot is taken: the snapshot is refused, and nothing is left")
    func deletedFirst() async throws {
        try await Laboratory.withVolume { laboratory, volume in
            let other = try laboratory.controller("locker-1")
            let deletion = await Interjection.alone()
            let hook = deletion.hook(at: "snapshot.recorded") { try await other.delete(volume) }
            let controller = try laboratory.controller(hook: hook)
            await expectRefusal(.notFound, saying: volume.text) { try await controller.snapshot(of: volume) }
            #expect(deletion.happened && deletion.error == nil)
            await other.erased()
            try await laboratory.expectNothing()
        }
    }

    @Test("A volume whose snapshot is there before the deletion counts: the deletion is refused, the volume as it was")
    func takenFirst() async throws {
        try await Laboratory.withVolume { laboratory, volume in
            let other = try laboratory.controller("locker-1")
            let deletion = await Interjection.alone()
            let hook = deletion.hook(at: "snapshot.taken") { try await other.delete(volume) }
            let controller = try laboratory.controller(hook: hook)
            let snapshot = try await controller.snapshot(of: volume)
            let refusal = try #require(deletion.error as? LockerError)
            #expect(refusal.code == .failedPrecondition)
            #expect(refusal.message.contains("\"snap-1\", which is being taken"), "\(refusal)")
            #expect(try await controller.find(volume) != nil)
            try await laboratory.expectOne(snapshot, of: volume)
        }
    }

    @Test("A snapshot taken between the deletion's mark and its count: the deletion gives way, or the snapshot does")
    func inBetween() async throws {
        try await Laboratory.withVolume { laboratory, volume in
            let other = try laboratory.controller("locker-1")
            let snapshot = await Interjection.alone()
            let hook = snapshot.hook(at: "delete.marked") { _ = try await other.snapshot(of: volume) }
            let controller = try laboratory.controller(hook: hook)
            // Whoever takes the snapshot sees the mark.
            try await controller.delete(volume)
            let refusal = try #require(snapshot.error as? LockerError)
            #expect(refusal.code == .aborted && refusal.message.contains("is being deleted"), "\(refusal)")
            await controller.erased()
            try await laboratory.expectNothing()
        }
    }

    @Test("A snapshot whose volume was read before the deletion's mark, and taken after it, is counted")
    func countedLate() async throws {
        try await Laboratory.withVolume { laboratory, volume in
            // By hand, so that no record stands in the way: what a taker has done before it looks again.
            let snapshot = await Interjection.alone()
            let io = laboratory.io
            let hook = snapshot.hook(at: "delete.marked") {
                try await io.withImage(.id(volume.imageID), readOnly: false) { try $0.createSnapshot("late") }
            }
            let controller = try laboratory.controller(hook: hook)
            let before = try #require(try await controller.find(volume)).record
            await expectRefusal(.failedPrecondition, saying: "1 snapshot;", "late, made by hand") {
                try await controller.delete(volume)
            }
            #expect(snapshot.happened && snapshot.error == nil)
            var after = try #require(try await controller.find(volume)).record
            #expect(after.revision == before.revision + 2)
            after.revision = before.revision
            #expect(after == before)
        }
    }

    @Test(
        "A filesystem that is made meanwhile: the snapshot is taken again and holds it whole",
        arguments: ["snapshot.recorded", "snapshot.taken"]
    )
    func formatted(step: String) async throws {
        try await Laboratory.withVolume { laboratory, volume in
            let io = laboratory.io
            let formatting = await Interjection.alone()
            let hook = formatting.hook(at: step) {
                try await Self.set(Filesystem(state: .formatted, type: "ext4", uuid: "u-1"), of: volume, in: io)
                try await io.withImage(.id(volume.imageID), readOnly: false) { try $0.write(offset: 0, [1, 2, 3]) }
            }
            let controller = try laboratory.controller(hook: hook)
            let snapshot = try await controller.snapshot(of: volume)
            #expect(formatting.happened && formatting.error == nil)
            #expect(snapshot.record.filesystem?.state == .formatted && snapshot.record.filesystem?.uuid == "u-1")
            try await laboratory.expectOne(snapshot, of: volume)
            let held = try await io.withImage(
                .id(volume.imageID),
                readOnly: true,
                snapshot: snapshot.record.snapshotName
            ) {
                try $0.read(offset: 0, count: 3)
            }
            #expect(held == [1, 2, 3])
        }
    }

    @Test("While the filesystem is made there is no snapshot, and none is left over; afterwards there is")
    func formatting() async throws {
        try await Laboratory.withVolume { laboratory, volume in
            let io = laboratory.io
            let begun = await Interjection.alone()
            let hook = begun.hook(at: "snapshot.taken") {
                try await Self.set(Filesystem(state: .formatting, type: "ext4", nodeID: "n"), of: volume, in: io)
            }
            let controller = try laboratory.controller(hook: hook)
            for _ in 0..<2 {
                await expectRefusal(.aborted, saying: "filesystem just now") {
                    try await controller.snapshot(of: volume)
                }
                try await laboratory.expectNoSnapshot(of: volume)
            }
            try await Self.set(Filesystem(state: .formatted, type: "ext4", uuid: "u-2"), of: volume, in: io)
            #expect(try await controller.snapshot(of: volume).record.filesystem?.uuid == "u-2")
        }
    }

    @Test("Deletion and snapshot at the same time, many times over: never a snapshot without its volume")
    func storm() async throws {
        try await Laboratory.with { laboratory in
            let first = try laboratory.controller("locker-0")
            let second = try laboratory.controller("locker-1")
            for round in 0..<12 {
                let volume = try await first.create(laboratory.request("pvc-\(round)")).handle
                async let deletion = Self.outcome { try await second.delete(volume) }
                let snapshot = await Self.outcome { _ = try await first.snapshot("snap-\(round)", of: volume) }
                let deleted = await deletion
                switch (snapshot, deleted) {
                case (nil, .failedPrecondition?), (.aborted?, .failedPrecondition?):
                    #expect(try await first.find(volume) != nil)
                case (.notFound?, nil), (.aborted?, nil):
                    #expect(try await first.find(volume) == nil)
                default:
                    Issue.record("snapshot: \(String(describing: snapshot)), deletion: \(String(describing: deleted))")
                }
                if deleted != nil {
                    let taken = try await first.snapshot("snap-\(round)", of: volume)
                    try await first.deleteSnapshot(taken.handle)
                    try await second.delete(volume)
                }
            }
            await second.erased(12)
            try await laboratory.expectNothing()
        }
    }

    private static func outcome(_ call: () async throws -> Void) async -> LockerError.Code? {
        do {
            try await call()
            return nil
        } catch {
            return (error as? LockerError)?.code ?? .internal
        }
    }

    private static func set(_ filesystem: Filesystem, of volume: VolumeHandle, in io: IOContext) async throws {
        let opened = try await RecordStore.open(io, layouts: LayoutCache(), creating: false)
        let store = try #require(opened)
        let stored = try #require(try await store.volume(volume.recordKey))
        var record = stored.value
        record.filesystem = filesystem
        _ = try #require(try await store.put(record, at: volume.recordKey, replacing: stored))
    }
}
