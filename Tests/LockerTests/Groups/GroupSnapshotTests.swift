// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// Snapshots of several volumes at one moment.
@Suite(.timeLimit(.minutes(4)))
struct GroupSnapshotTests {
    @Test("A group's snapshot holds each volume, is found, and goes with all of its parts")
    func life() async throws {
        try await Laboratory.withVolumes { laboratory, volumes in
            let controller = try laboratory.controller()
            let group = try await controller.group(of: volumes)
            try await laboratory.expectOne(group, of: volumes)
            for (number, volume) in volumes.enumerated() {
                try await laboratory.write(99, to: volume)
                let part = try #require(group.snapshots.first { $0.record.sourceVolumeID == volume.text })
                #expect(try await laboratory.byte(of: part) == UInt8(number))
                #expect(part.sizeBytes == 8 << 20)
                #expect(part.record.groupSnapshotID == group.handle.text)
                #expect(try await controller.findSnapshot(part.handle) == part)
            }
            #expect(try await controller.group(of: volumes.reversed() + volumes) == group)
            #expect(try await controller.findGroup(group) == group)
            await expectRefusal(.failedPrecondition, saying: "group") { try await controller.delete(volumes[0]) }
            let part = group.snapshots[0]
            await expectRefusal(.invalidArgument, saying: group.handle.text) {
                try await controller.deleteSnapshot(part.handle)
            }
            try await laboratory.expectOne(group, of: volumes)
            try await controller.deleteGroup(group)
            try await laboratory.expectNoGroup(of: volumes)
            try await controller.deleteGroup(group)
            await expectRefusal(.notFound, saying: "does not exist") { try await controller.findGroup(group) }
            // A later one of the same name is another.
            let later = try await controller.group(of: Array(volumes.prefix(2)))
            #expect(later.handle != group.handle)
            try await controller.deleteGroup(group)
            try await laboratory.expectOne(later, of: Array(volumes.prefix(2)))
            try await controller.deleteGroup(later)
            for volume in volumes { try await controller.delete(volume) }
            await controller.erased(volumes.count)
            // What only snapshots held is trimmed by the OSDs in their own time.
            while try await !laboratory.remains().isEmpty { try await Task.sleep(for: .milliseconds(20)) }
            try await laboratory.expectNothing()
        }
    }

    @Test("A volume is in one group's snapshot after the other, and each goes without the others")
    func repeated() async throws {
        try await Laboratory.withVolumes { laboratory, volumes in
            let controller = try laboratory.controller()
            let first = try await controller.group("first", of: volumes)
            for volume in volumes { try await laboratory.write(50, to: volume) }
            let second = try await controller.group("second", of: Array(volumes.dropFirst()))
            for volume in volumes { try await laboratory.write(60, to: volume) }
            let third = try await controller.group("third", of: volumes)
            try await controller.deleteGroup(second)
            for (part, volume) in zip(first.snapshots, volumes.sorted { $0.recordKey.hex < $1.recordKey.hex }) {
                let number = try #require(volumes.firstIndex(of: volume))
                #expect(try await laboratory.byte(of: part) == UInt8(number))
            }
            try await controller.deleteGroup(first)
            for part in third.snapshots { #expect(try await laboratory.byte(of: part) == 60) }
            try await laboratory.expectOne(third, of: volumes)
            try await controller.deleteGroup(third)
            try await laboratory.expectNoGroup(of: volumes)
        }
    }

    @Test("The same name with other volumes or parameters, and volumes that do not exist, are refused")
    func refusals() async throws {
        try await Laboratory.withVolumes { laboratory, volumes in
            let controller = try laboratory.controller()
            let group = try await controller.group(of: Array(volumes.prefix(2)))
            await expectRefusal(.alreadyExists, saying: "group-1", "other volumes") {
                try await controller.group(of: volumes)
            }
            await expectRefusal(.alreadyExists, saying: "group-1", "other parameters") {
                try await controller.group(of: Array(volumes.prefix(2)), parameters: ["clusterID": "lab"])
            }
            await expectRefusal(.invalidArgument, saying: "elsewhere") {
                try await controller.group("other", of: volumes, parameters: ["clusterID": "elsewhere"])
            }
            await expectRefusal(.invalidArgument, saying: "source_volume_ids") {
                try await controller.group("none", of: [])
            }
            for parts in [[], [group.snapshots[0].handle.text], group.snapshots.map(\.handle.text) + ["x"]] {
                await expectRefusal(.invalidArgument, saying: "snapshot_ids") {
                    try await controller.deleteGroup(group, parts: parts)
                }
                await expectRefusal(.invalidArgument, saying: "snapshot_ids") {
                    try await controller.findGroup(group, parts: parts)
                }
            }
            try await laboratory.expectOne(group, of: Array(volumes.prefix(2)))
            try await controller.deleteGroup(group)
            try await controller.delete(volumes[2])
            await expectRefusal(.notFound, saying: volumes[2].text) { try await controller.group(of: volumes) }
            try await laboratory.expectNoGroup(of: Array(volumes.prefix(2)))
        }
    }

    @Test("An image that somebody has in a group of their own is left there, and nothing stays of the attempt")
    func foreignGroup() async throws {
        try await Laboratory.withVolumes { laboratory, volumes in
            let controller = try laboratory.controller()
            let image = try #require(try await controller.find(volumes[1])).record.imageName
            try await laboratory.io.createGroup("by-hand")
            try await laboratory.io.addImage(image, toGroup: "by-hand")
            await expectRefusal(.failedPrecondition, saying: "by-hand", volumes[1].text) {
                try await controller.group(of: volumes)
            }
            #expect(try await laboratory.io.groups() == ["by-hand"])
            #expect(try await laboratory.io.images(inGroup: "by-hand") == [image])
            try await laboratory.io.removeGroup("by-hand")
            try await laboratory.expectNoGroup(of: volumes)
            _ = try await controller.group(of: volumes)
        }
    }

    @Test("A client that keeps an image's lock makes it impossible; then nothing stays of the attempt")
    func lockHeld() async throws {
        try await Laboratory.withVolumes { laboratory, volumes in
            let controller = try laboratory.controller()
            let connection = try await laboratory.cluster.connect(timeouts: .io(nil))
            let io = try await connection.ioContext(pool: laboratory.io.poolName, namespace: laboratory.io.namespace)
            let image = try #require(try await controller.find(volumes[1])).record.imageName
            let live = try await LiveImage.open(.name(image), in: io, readOnly: false)
            try await live.acquireLock()
            await expectRefusal(.failedPrecondition, saying: "pvc-1", "lock") {
                try await controller.group(of: volumes)
            }
            try await laboratory.expectNoGroup(of: volumes)
            try await live.close()
            await connection.close()
            try await laboratory.expectOne(try await controller.group(of: volumes), of: volumes)
        }
    }
}
