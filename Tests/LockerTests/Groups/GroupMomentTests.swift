// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Synchronization
internal import TestSupport
internal import Testing

/// That a group's snapshot is one moment, and that several at once do not disturb each other.
@Suite(.timeLimit(.minutes(4)))
struct GroupMomentTests {
    /// How far the writer is.
    private final class Writes: Sendable {
        private let last = Atomic<UInt64>(0)
        private let over = Atomic<Bool>(false)

        var count: UInt64 { self.last.load(ordering: .relaxed) }
        var isOver: Bool { self.over.load(ordering: .relaxed) }

        func note(_ number: UInt64) { self.last.store(number, ordering: .relaxed) }
        func end() { self.over.store(true, ordering: .relaxed) }
    }

    @Test("Of writes that follow each other on two volumes, a snapshot holds no later one without the earlier ones")
    func writeOrder() async throws {
        try await Laboratory.withVolumes(2) { laboratory, volumes in
            let connection = try await laboratory.cluster.connect(timeouts: .io(nil))
            let io = try await connection.ioContext(pool: laboratory.io.poolName, namespace: laboratory.io.namespace)
            var images: [LiveImage] = []
            for volume in volumes {
                images.append(try await LiveImage.open(.id(volume.imageID), in: io, readOnly: false))
            }
            let (first, second) = (images[0], images[1])
            let writes = Writes()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    while !writes.isOver {
                        let number = writes.count + 1
                        let bytes = withUnsafeBytes(of: number.littleEndian) { Array($0) }
                        try await first.write(offset: 0, bytes)
                        try await second.write(offset: 0, bytes)
                        writes.note(number)
                    }
                }
                let controller = try laboratory.controller()
                for round in 0..<12 {
                    let before = writes.count
                    let group = try await controller.group("g\(round)", of: volumes)
                    let after = writes.count
                    let numbers = try await self.numbers(of: group, volumes: volumes, in: laboratory)
                    #expect(numbers[0] == numbers[1] || numbers[0] == numbers[1] + 1, "\(numbers)")
                    // A snapshot of now, not of the past: writes went on before and go on after.
                    #expect(numbers[1] >= before && numbers[0] <= after + 1, "\(before) \(numbers) \(after)")
                    while writes.count <= after + 3 { await Task.yield() }
                    try await controller.deleteGroup(group)
                }
                writes.end()
                try await tasks.waitForAll()
            }
            for image in images { try await image.close() }
            await connection.close()
        }
    }

    private func numbers(
        of group: GroupSnapshotDescription,
        volumes: [VolumeHandle],
        in laboratory: Laboratory
    ) async throws -> [UInt64] {
        var numbers: [UInt64] = []
        for volume in volumes {
            let part = try #require(group.snapshots.first { $0.handle.imageID == volume.imageID }).handle
            let bytes = try await laboratory.io.withImage(.id(part.imageID), readOnly: true) { image in
                try image.look(atSnapshot: part.snapshotID)
                return try image.read(offset: 0, count: 8)
            }
            numbers.append(bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) })
        }
        return numbers
    }

    @Test("Group snapshots of overlapping volumes, at once from two controllers, wait for each other")
    func overlapping() async throws {
        try await Laboratory.withVolumes(4) { laboratory, volumes in
            let controllers = [try laboratory.controller("locker-0"), try laboratory.controller("locker-1")]
            let sets = [[0, 1], [1, 2], [2, 3], [3, 0], [3, 2, 1], [0, 2]]
            let groups = try await withThrowingTaskGroup(of: GroupSnapshotDescription.self) { tasks in
                for (number, set) in sets.enumerated() {
                    let controller = controllers[number % 2]
                    tasks.addTask { try await controller.group("g\(number)", of: set.map { volumes[$0] }) }
                }
                var groups: [GroupSnapshotDescription] = []
                for try await group in tasks { groups.append(group) }
                return groups
            }
            #expect(Set(groups.map(\.handle)).count == sets.count)
            #expect(try await laboratory.snapshotRecords().count == sets.reduce(0) { $0 + $1.count })
            for group in groups {
                for part in group.snapshots {
                    let number = try #require(volumes.firstIndex { $0.imageID == part.handle.imageID })
                    #expect(try await laboratory.byte(of: part) == UInt8(number))
                }
                try await controllers[0].deleteGroup(group)
            }
            try await laboratory.expectNoGroup(of: volumes)
        }
    }
}
