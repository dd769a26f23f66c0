// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// A controller that ends after any step of making a copy, and whoever comes next.
@Suite(.timeLimit(.minutes(4)))
struct CloneRecoveryTests {
    private static let steps = [
        "create.recorded", "create.counted", "clone.snapped", "clone.made", "clone.freed", "clone.fitted",
        "create.imaged", "create.ready",
    ]

    /// Expects the source as it was made, and besides it what `names` say.
    private func expect(_ names: [String], _ laboratory: Laboratory, _ source: VolumeHandle) async throws {
        let records = try await laboratory.records()
        #expect(Set(records.map(\.requestName)) == Set(names + ["pvc-1"]) && records.count == names.count + 1)
        #expect(records.allSatisfy { $0.phase == .ready && $0.step == nil })
        #expect(try await laboratory.io.images().count == names.count + 1)
        #expect(try await laboratory.io.trash().isEmpty)
        #expect(try await laboratory.kinds(of: source) == names.map { _ in .trash })
        let total = try await laboratory.total()
        #expect(total.volumes == Int64(names.count + 1) && total.bytes == Int64(8 + names.count * 16) << 20)
    }

    @Test(
        "Ended at any step, a copy is finished by whoever comes next: one image, one record, no snapshot in sight",
        arguments: Self.steps,
        RecoveryTests.Successor.allCases
    )
    func create(_ step: String, _ successor: RecoveryTests.Successor) async throws {
        try await Laboratory.with { laboratory in
            let volume = try await laboratory.controller("locker-0").create(laboratory.request())
            try await laboratory.write([1, 2, 3], to: volume.handle)
            let request = try laboratory.copy(of: .volume(volume.handle), required: 16 << 20)
            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: step))
            await #expect(throws: Interruption(step: step)) { try await first.create(request) }
            let second = try successor.controller(laboratory)
            let copy = try await second.create(request)
            try await self.expect(["copy"], laboratory, volume.handle)
            #expect(try await laboratory.io.imageSize(imageID: copy.handle.imageID) == 16 << 20)
            #expect(try await laboratory.read(3, from: copy.handle) == [1, 2, 3])
            try await second.delete(copy.handle)
            await second.erased()
            try await self.expect([], laboratory, volume.handle)
        }
    }

    @Test(
        "Ended at any step and not retried for an hour, a copy is taken back, the snapshot of its source too",
        arguments: Self.steps.filter { $0 != "create.ready" } + ["tidy.removed"]
    )
    func tidy(_ step: String) async throws {
        try await Laboratory.with { laboratory in
            let volume = try await laboratory.controller("locker-0").create(laboratory.request())
            let request = try laboratory.copy(of: .volume(volume.handle), required: 16 << 20)
            let begun = step == "tidy.removed" ? "clone.snapped" : step
            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: begun))
            await #expect(throws: Interruption(step: begun)) { try await first.create(request) }
            if step == "tidy.removed" {
                let second = try laboratory.controller("locker-1", hook: Interruption.hook(at: step), ahead: 7_200_000)
                await #expect(throws: Interruption(step: step)) { try await second.tidy() }
            }
            let last = try laboratory.controller("locker-1", ahead: 7_200_000)
            try await last.tidy()
            try await self.expect([], laboratory, volume.handle)
        }
    }

    @Test("A source that is deleted while its snapshot is there is no source: the copy is taken back whole")
    func sourceDeleted() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller(hook: Interruption.hook(at: "clone.snapped"))
            let volume = try await controller.create(laboratory.request())
            let request = try laboratory.copy(of: .volume(volume.handle))
            await #expect(throws: Interruption.self) { try await controller.create(request) }
            #expect(try await laboratory.kinds(of: volume.handle) == [.user])
            try await laboratory.edit(volume.handle) { $0.phase = .deleting }
            await expectRefusal(.notFound, saying: volume.handle.text) { try await controller.create(request) }
            try await laboratory.edit(volume.handle) { $0.phase = .ready }
            try await self.expect([], laboratory, volume.handle)
        }
    }

    @Test("A source that has grown past the limit meanwhile is too large: the copy is taken back whole")
    func sourceGrown() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller(hook: Interruption.hook(at: "create.counted"))
            let volume = try await laboratory.controller("locker-1").create(laboratory.request())
            let limited = try laboratory.copy(of: .volume(volume.handle), limit: 8 << 20)
            await #expect(throws: Interruption.self) { try await controller.create(limited) }
            // The image only, as a growth leaves it that was cut short.
            try await laboratory.io.withImage(.id(volume.handle.imageID), readOnly: false) {
                try $0.resize(to: 12 << 20)
            }
            await expectRefusal(.outOfRange, saying: "12582912", "8388608") { try await controller.create(limited) }
            try await self.expect([], laboratory, volume.handle)
            let copy = try await controller.create(laboratory.copy(of: .volume(volume.handle)))
            #expect(copy.capacityBytes == 12 << 20)
            #expect(try await laboratory.total().bytes == 20 << 20)
        }
    }
}
