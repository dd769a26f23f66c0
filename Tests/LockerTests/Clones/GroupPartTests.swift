// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Testing

/// Volumes that are made from parts of groups' snapshots.
@Suite(.timeLimit(.minutes(2)))
struct GroupPartTests {
    @Test("A part of a group's snapshot is copied whole: what it held then, and no clone of it")
    func copied() async throws {
        try await Laboratory.withVolumes(2) { laboratory, volumes in
            let controller = try laboratory.controller()
            try await laboratory.write([1, 2, 3], at: 5 << 20, to: volumes[1])
            let group = try await controller.group(of: volumes)
            let part = try #require(group.snapshots.first { $0.record.sourceVolumeID == volumes[1].text })
            try await laboratory.write([9, 9, 9], at: 5 << 20, to: volumes[1])
            let request = try laboratory.copy(of: .snapshot(part.handle), required: 16 << 20)
            let copy = try await controller.create(request)
            #expect(copy.record.cloneDepth == 0 && copy.capacityBytes == 16 << 20)
            #expect(try await laboratory.read(3, at: 5 << 20, from: copy.handle) == [1, 2, 3])
            #expect(try await laboratory.read(1, at: 4096, from: copy.handle) == [1])
            #expect(try await laboratory.read(1, at: 12 << 20, from: copy.handle) == [0])
            #expect(try await !laboratory.hasParent(copy.handle))
            #expect(try await controller.create(request) == copy)
            try await controller.deleteGroup(group)
            #expect(try await laboratory.read(3, at: 5 << 20, from: copy.handle) == [1, 2, 3])
        }
    }

    @Test(
        "A copy of a part that was cut short is made anew",
        arguments: ["clone.made", "clone.fitted", "create.imaged"]
    )
    func recovery(_ step: String) async throws {
        try await Laboratory.withVolumes(2) { laboratory, volumes in
            let controller = try laboratory.controller(hook: Interruption.hook(at: step))
            let group = try await controller.group(of: volumes)
            let part = try #require(group.snapshots.first { $0.record.sourceVolumeID == volumes[1].text })
            let request = try laboratory.copy(of: .snapshot(part.handle))
            await #expect(throws: Interruption.self) { try await controller.create(request) }
            let copy = try await controller.create(request)
            #expect(try await laboratory.read(1, at: 4096, from: copy.handle) == [1])
            #expect(try await laboratory.io.images().count == 3)
        }
    }
}
