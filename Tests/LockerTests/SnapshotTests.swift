// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Snapshots: what they are, what is refused, and what goes with them.
@Suite(.timeLimit(.minutes(3)))
struct SnapshotTests {
    @Test("A snapshot is the volume at its moment, is answered again, found, and removed with all that it was")
    func life() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            let image = ImageName.id(volume.handle.imageID)
            try await laboratory.io.withImage(image, readOnly: false) { try $0.write(offset: 0, [1, 2, 3]) }
            let snapshot = try await controller.snapshot(of: volume.handle)
            try await laboratory.io.withImage(image, readOnly: false) { try $0.write(offset: 0, [7, 7, 7]) }
            try await laboratory.expectOne(snapshot, of: volume.handle)
            let name = snapshot.record.snapshotName
            let held = try await laboratory.io.withImage(image, readOnly: true, snapshot: name) {
                try $0.read(offset: 0, count: 3)
            }
            #expect(held == [1, 2, 3])

            #expect(snapshot.sizeBytes == 8 << 20)
            #expect(snapshot.record.sourceVolumeID == volume.handle.text)
            #expect(snapshot.record.student == "ada" && snapshot.record.course == volume.record.course)
            #expect(snapshot.record.capabilities == volume.record.capabilities)
            let time = try #require(try await laboratory.snapshots(of: volume.handle).first?.createdAt)
            #expect(snapshot.record.takenAt == time * 1000)
            #expect(try SnapshotHandle(reading: snapshot.handle.text) == snapshot.handle)

            #expect(try await controller.snapshot(of: volume.handle) == snapshot)
            #expect(try await controller.findSnapshot(snapshot.handle) == snapshot)
            try await laboratory.expectOne(snapshot, of: volume.handle)

            // Grown afterwards, the volume's snapshot keeps its size.
            _ = try await controller.expand(volume.handle, to: 16 << 20)
            #expect(try await controller.snapshot(of: volume.handle).sizeBytes == 8 << 20)
            #expect(try await controller.snapshot("snap-2", of: volume.handle).sizeBytes == 16 << 20)

            let second = try await controller.snapshot("snap-2", of: volume.handle)
            try await controller.deleteSnapshot(second.handle)
            try await controller.deleteSnapshot(snapshot.handle)
            try await controller.deleteSnapshot(snapshot.handle)
            #expect(try await controller.findSnapshot(snapshot.handle) == nil)
            try await laboratory.expectNoSnapshot(of: volume.handle)
            try await controller.delete(volume.handle)
            await controller.erased()
            try await laboratory.expectNothing()
        }
    }

    @Test("A handle that was deleted does not delete the next snapshot of the same name")
    func again() async throws {
        try await Laboratory.withVolume { laboratory, volume in
            let controller = try laboratory.controller()
            let first = try await controller.snapshot(of: volume)
            try await controller.deleteSnapshot(first.handle)
            let second = try await controller.snapshot(of: volume)
            #expect(second.handle != first.handle && second.handle.recordKey == first.handle.recordKey)
            try await controller.deleteSnapshot(first.handle)
            #expect(try await controller.findSnapshot(first.handle) == nil)
            #expect(try await controller.findSnapshot(second.handle) == second)
            try await laboratory.expectOne(second, of: volume)
        }
    }

    @Test("Another volume, another cluster's class, an unknown parameter, and a volume that is gone are refused")
    func refusals() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request("pvc-1")).handle
            let other = try await controller.create(laboratory.request("pvc-2")).handle
            let snapshot = try await controller.snapshot(of: volume, parameters: ["clusterID": "lab", "pool": "x"])
            await expectRefusal(.alreadyExists, saying: "snap-1", "pvc-1", volume.text) {
                try await controller.snapshot(of: other)
            }
            await expectRefusal(.invalidArgument, saying: "clusterID", "attic", "lab") {
                try await controller.snapshot("snap-2", of: volume, parameters: ["clusterID": "attic"])
            }
            await expectRefusal(.invalidArgument, saying: "snapshotNamePrefix") {
                try await controller.snapshot("snap-2", of: volume, parameters: ["snapshotNamePrefix": "x"])
            }
            try await controller.delete(other)
            await expectRefusal(.notFound, saying: other.text) { try await controller.snapshot("snap-2", of: other) }
            try await laboratory.expectOne(snapshot, of: volume)
        }
    }

    @Test("A part of a group's snapshot is not taken for one of its own, nor removed by itself")
    func groupMember() async throws {
        try await Laboratory.withVolume { laboratory, volume in
            let controller = try laboratory.controller()
            let snapshot = try await controller.snapshot(of: volume)
            let opened = try await RecordStore.open(laboratory.io, layouts: LayoutCache(), creating: false)
            let store = try #require(opened)
            let key = snapshot.handle.recordKey
            let stored = try #require(try await store.record(SnapshotRecord.self, at: key))
            var record = stored.value
            record.groupSnapshotID = "the-group"
            let put = try await store.put(record, at: key, replacing: stored)
            let member = try #require(put)
            await expectRefusal(.invalidArgument, saying: "the-group", "goes with it") {
                try await controller.deleteSnapshot(snapshot.handle)
            }
            await expectRefusal(.alreadyExists, saying: "the-group") { try await controller.snapshot(of: volume) }
            #expect(try await laboratory.snapshotRecords() == [member.value])
        }
    }

    @Test("Twelve snapshots of one volume at once, by two controllers, all succeed")
    func atOnce() async throws {
        try await Laboratory.withVolume { laboratory, volume in
            let controllers = [try laboratory.controller("locker-0"), try laboratory.controller("locker-1")]
            let taken = try await withThrowingTaskGroup(of: SnapshotDescription.self) { group in
                for index in 0..<12 {
                    group.addTask { try await controllers[index % 2].snapshot("snap-\(index)", of: volume) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let ids = try await laboratory.snapshots(of: volume).map(\.id)
            #expect(Set(ids) == Set(taken.map(\.handle.snapshotID)) && ids.count == 12)
            #expect(Set(try await laboratory.snapshotRecords()) == Set(taken.map(\.record)))
        }
    }

    @Test("A volume that was made by a later signing key, or an earlier one, keeps its handle's text")
    func keys() async throws {
        try await Laboratory.withVolume { laboratory, volume in
            let old = try await laboratory.controller().snapshot(of: volume)
            let rotated = try laboratory.controller(
                "locker-1",
                keys: "2 the-next-key-of-the-tests\n1 a-key-of-the-tests"
            )
            #expect(try await rotated.snapshot(of: volume).handle.text == old.handle.text)
            #expect(try await rotated.create(laboratory.request()).handle.text == volume.text)
            let new = try await rotated.snapshot("snap-2", of: volume)
            #expect(Base64URL.decode(new.handle.text)?[1] == 2)
        }
    }

    @Test("No snapshot is taken beyond what kernel rbd can map, and those that remain are left alone")
    func tooMany() async throws {
        try await Laboratory.withVolume { laboratory, volume in
            let controller = try laboratory.controller()
            try await laboratory.io.withImage(.id(volume.imageID), readOnly: false) { image in
                for index in 0..<499 { try image.createSnapshot("by-hand-\(index)") }
            }
            _ = try await controller.snapshot(of: volume)
            await expectRefusal(.resourceExhausted, saying: "500 snapshots", "pvc-1") {
                try await controller.snapshot("snap-2", of: volume)
            }
            #expect(try await laboratory.snapshotRecords().map(\.requestName) == ["snap-1"])
            #expect(try await laboratory.snapshots(of: volume).count == 500)
        }
    }
}
