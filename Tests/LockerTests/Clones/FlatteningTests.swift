// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Testing

/// Copies that become independent of what they were made from.
@Suite(.timeLimit(.minutes(3)))
struct FlatteningTests {
    /// A volume that is said to be a copy of a copy of ….
    private func volume(depth: UInt32, _ laboratory: Laboratory, by controller: Controller) async throws -> VolumeHandle
    {
        let volume = try await controller.create(laboratory.request())
        try await laboratory.write([1, 2, 3], to: volume.handle)
        try await laboratory.edit(volume.handle) { $0.cloneDepth = depth }
        return volume.handle
    }

    private func expectFlat(_ copy: VolumeHandle, _ laboratory: Laboratory, by controller: Controller) async throws {
        let record = try #require(try await controller.find(copy)).record
        #expect(record.cloneDepth == 0 && !record.flatten)
        #expect(try await !laboratory.hasParent(copy))
        #expect(try await laboratory.read(3, from: copy) == [1, 2, 3])
    }

    @Test("A copy of the third copy stays one, the next is flattened after the answer, and its source can go")
    func soft() async throws {
        try await Laboratory.with { laboratory in
            let events = EventLog()
            let controller = try laboratory.controller(hook: StepHook { events.note($0) })
            let volume = try await self.volume(depth: 2, laboratory, by: controller)
            let third = try await controller.create(laboratory.copy(of: .volume(volume), named: "third"))
            #expect(third.record.cloneDepth == 3 && !third.record.flatten)
            let fourth = try await controller.create(laboratory.copy(of: .volume(third.handle), named: "fourth"))
            #expect(fourth.record.cloneDepth == 4 && fourth.record.flatten)
            await events.wait(for: "flatten.recorded")
            try await self.expectFlat(fourth.handle, laboratory, by: controller)
            #expect(try await laboratory.hasParent(third.handle))
            #expect(try await laboratory.kinds(of: third.handle) == [])
            try await controller.delete(third.handle)
            try await controller.delete(volume)
            await controller.erased(2)
            try await self.expectFlat(fourth.handle, laboratory, by: controller)
        }
    }

    @Test("A copy of a chain that is too long is flattened before the answer")
    func hard() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await self.volume(depth: 11, laboratory, by: controller)
            let copy = try await controller.create(laboratory.copy(of: .volume(volume)))
            #expect(copy.record.cloneDepth == 0 && !copy.record.flatten)
            try await self.expectFlat(copy.handle, laboratory, by: controller)
        }
    }

    @Test(
        "Ended before the answer, the flattening is done by the retry",
        arguments: ["clone.fitted", "clone.flattened"]
    )
    func hardRecovery(_ step: String) async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller(hook: Interruption.hook(at: step))
            let volume = try await self.volume(depth: 11, laboratory, by: controller)
            let request = try laboratory.copy(of: .volume(volume))
            await #expect(throws: Interruption.self) { try await controller.create(request) }
            let copy = try await controller.create(request)
            try await self.expectFlat(copy.handle, laboratory, by: controller)
        }
    }

    @Test(
        "Ended at any step of a flattening, the next process finishes it",
        arguments: ["flatten.begun", "flatten.done", "flatten.recorded"]
    )
    func recovery(_ step: String) async throws {
        try await Laboratory.with { laboratory in
            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: step))
            let volume = try await self.volume(depth: 3, laboratory, by: first)
            let copy = try await first.create(laboratory.copy(of: .volume(volume)))
            await first.events.wait(for: "Flattening did not finish and is tried again")
            await first.close()
            let events = EventLog()
            let second = try laboratory.controller("locker-1", hook: StepHook { events.note($0) })
            try await second.tidy()
            if step != "flatten.recorded" { await events.wait(for: "flatten.recorded") }
            try await self.expectFlat(copy.handle, laboratory, by: second)
            #expect(await second.volumes.pendingFlattenings == 0)
        }
    }

    @Test("A copy that is deleted while it is flattened is let go at once, and everything goes")
    func deleted() async throws {
        try await Laboratory.with { laboratory in
            let events = EventLog()
            let controller = try laboratory.controller(hook: StepHook { events.note($0) })
            let volume = try await controller.create(laboratory.request(required: 256 << 20))
            // Whole objects, each of which has to be copied.
            let data = [UInt8](repeating: 7, count: 4 << 20)
            for part in 0..<64 { try await laboratory.write(data, at: UInt64(part) << 22, to: volume.handle) }
            try await laboratory.edit(volume.handle) { $0.cloneDepth = 3 }
            let copy = try await controller.create(laboratory.copy(of: .volume(volume.handle)))
            await events.wait(for: "flatten.begun")
            try await controller.delete(copy.handle)
            #expect(events.count(of: "flatten.done") == 0)
            #expect(await controller.volumes.pendingFlattenings == 0)
            try await controller.delete(volume.handle)
            await controller.erased(2)
            try await laboratory.expectNothing()
        }
    }

    @Test("A volume with very many copies has the next ones flattened, so that its snapshots do not run out")
    func manySnapshots() async throws {
        try await Laboratory.with { laboratory in
            let events = EventLog()
            let controller = try laboratory.controller(hook: StepHook { events.note($0) })
            let volume = try await self.volume(depth: 0, laboratory, by: controller)
            try await laboratory.io.withImage(.id(volume.imageID), readOnly: false) { image in
                for index in 0..<250 { try image.createSnapshot("s\(index)") }
            }
            let copy = try await controller.create(laboratory.copy(of: .volume(volume)))
            #expect(copy.record.cloneDepth == 1 && copy.record.flatten)
            await events.wait(for: "flatten.recorded")
            try await self.expectFlat(copy.handle, laboratory, by: controller)
            #expect(try await laboratory.kinds(of: volume).count == 250)
            try await laboratory.io.withImage(.id(volume.imageID), readOnly: false) { image in
                for index in 0..<250 { try image.removeSnapshot("s\(index)") }
            }
        }
    }
}
