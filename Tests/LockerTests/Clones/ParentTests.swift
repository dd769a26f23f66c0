// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// Volumes that are deleted while copies of them live on.
@Suite(.timeLimit(.minutes(3)))
struct ParentTests {
    @Test(
        "A deleted volume's data stays while a copy needs it, and goes with the last copy",
        arguments: CloneTests.Kind.allCases
    )
    func parent(_ kind: CloneTests.Kind) async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request(required: 16 << 20))
            let data = [UInt8](repeating: 7, count: 4 << 20)
            for part in 0..<4 { try await laboratory.write(data, at: UInt64(part) << 22, to: volume.handle) }
            let source = try await kind.source(volume, by: controller)
            let copies = [
                try await controller.create(laboratory.copy(of: source, named: "copy-1")),
                try await controller.create(laboratory.copy(of: source, named: "copy-2")),
            ]
            if case .snapshot(let handle) = source { try await controller.deleteSnapshot(handle) }
            try await controller.delete(volume.handle)
            await controller.events.wait(for: "Volume's data goes once its last clone is gone")
            #expect(await controller.erasures.waitingForClones == 1)
            #expect(try await laboratory.records().filter { $0.phase == .erasing }.map(\.requestName) == ["pvc-1"])
            let total = try await laboratory.total()
            #expect(total.volumes == 2 && total.bytes == 32 << 20)
            #expect(try await laboratory.read(4, at: 12 << 20, from: copies[1].handle) == [7, 7, 7, 7])
            #expect(try await laboratory.dataObjects(of: volume.handle) == 4)

            try await controller.delete(copies[0].handle)
            await controller.erased()
            #expect(try await laboratory.dataObjects(of: volume.handle) == 4)
            try await controller.delete(copies[1].handle)
            await controller.erased(3)
            #expect(await controller.erasures.waitingForClones == 0)
            #expect(try await laboratory.dataObjects(of: volume.handle) == 0)
            try await laboratory.expectNothing()
            #expect(controller.events.count(of: "Erasure did not finish and is tried again") == 0)
        }
    }

    @Test(
        "A chain of copies goes in whatever order its volumes are deleted",
        arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    )
    func chain(_ order: [Int]) async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            var chain = [try await controller.create(laboratory.request())]
            try await laboratory.write([1], to: chain[0].handle)
            for index in 1...2 {
                let request = try laboratory.copy(of: .volume(chain[index - 1].handle), named: "copy-\(index)")
                chain.append(try await controller.create(request))
                try await laboratory.write([UInt8(index + 1)], at: UInt64(index), to: chain[index].handle)
            }
            #expect(chain.map(\.record.cloneDepth) == [0, 1, 2])
            for (count, index) in order.enumerated() {
                let left = order[count...].max() ?? 0
                let bytes = try await laboratory.read(3, from: chain[left].handle)
                #expect(bytes == [[1, 0, 0], [1, 2, 0], [1, 2, 3]][left])
                try await controller.delete(chain[index].handle)
            }
            await controller.erased(3)
            try await laboratory.expectNothing()
        }
    }

    @Test("A deleted volume that a former process left waiting goes with its copy")
    func restart() async throws {
        try await Laboratory.with { laboratory in
            let first = try laboratory.controller()
            let volume = try await first.create(laboratory.request())
            let copy = try await first.create(laboratory.copy(of: .volume(volume.handle)))
            try await first.delete(volume.handle)
            await first.close()
            let second = try laboratory.controller("locker-1")
            await second.sweep()
            await second.events.wait(for: "Volume's data goes once its last clone is gone")
            try await second.delete(copy.handle)
            await second.erased(2)
            try await laboratory.expectNothing()
        }
    }

    @Test("A snapshot that librbd has left in a deleted volume's trash without a clone does not keep its data")
    func unneeded() async throws {
        try await Laboratory.withVolume { laboratory, volume in
            let io = laboratory.io
            let controller = try laboratory.controller()
            try await io.withImage(.id(volume.imageID), readOnly: false) { image in
                for name in ["one", "two"] { try image.createSnapshot(name) }
            }
            for use in try await io.snapshotUses(imageID: volume.imageID) {
                try await io.trashSnapshot(use.id, imageID: volume.imageID)
            }
            try await controller.delete(volume)
            await controller.erased()
            try await laboratory.expectNothing()
        }
    }

    @Test("A volume that a copy is just being made from is not deleted, and the copy is named")
    func beingCopied() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller(hook: Interruption.hook(at: "clone.snapped"))
            let volume = try await controller.create(laboratory.request())
            let request = try laboratory.copy(of: .volume(volume.handle))
            await #expect(throws: Interruption.self) { try await controller.create(request) }
            await expectRefusal(.failedPrecondition, saying: "\"copy\"") { try await controller.delete(volume.handle) }
            _ = try await controller.create(request)
            try await controller.delete(volume.handle)
        }
    }
}
