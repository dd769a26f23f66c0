// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import Synchronization
internal import TestSupport
internal import Testing

@testable internal import Locker

/// Deleted volumes' data: gone in the end, whoever has to see to it.
@Suite(.timeLimit(.minutes(3)))
struct ErasureTests {
    @Test(
        "Ended at any step of an erasure, the next process finishes it",
        arguments: ["erase.planned", "erase.removed", "erase.noted", "erase.verified", "erase.recorded"]
    )
    func recovery(_ step: String) async throws {
        try await Laboratory.with { laboratory in
            let first = try laboratory.controller("locker-0", erasureHook: Interruption.hook(at: step))
            let volume = try await first.create(laboratory.request())
            try await first.delete(volume.handle)
            await first.events.wait(for: step)
            await first.close()
            let second = try laboratory.controller("locker-1")
            await second.sweep()
            if step != "erase.recorded" { await second.erased() }
            try await laboratory.expectNothing()
            #expect(try await laboratory.receipts().map(\.imageID) == [volume.handle.imageID])
            await second.erasures.close()
            #expect(await second.erasures.pending == 0)
        }
    }

    @Test("What former processes left is taken on when the first volume is made, and not twice")
    func sweepAtFirstUse() async throws {
        try await Laboratory.with { laboratory in
            let first = try laboratory.controller("locker-0", width: 0)
            for index in 0..<20 {
                let volume = try await first.create(laboratory.request("pvc-\(index)"))
                try await first.delete(volume.handle)
            }
            #expect(await first.erasures.pending == 20)
            await first.close()
            let second = try laboratory.controller("locker-1")
            let volume = try await second.create(laboratory.request())
            await second.sweep()
            await second.erased(20)
            await second.erasures.close()
            #expect(second.events.count(of: "erase.removed") == 20)
            #expect(try await laboratory.receipts().count == 20)
            let counts = await second.erasures.counts
            #expect(counts.pending == 0 && counts.erased == 20 && counts.failures == 0 && counts.oldest == .zero)
            #expect(await second.erasures.pending == 0)
            try await laboratory.expectOne(volume)
        }
    }

    @Test("An image that another controller is erasing is left to it, until that has been silent for long")
    func owned() async throws {
        try await Laboratory.with { laboratory in
            let first = try laboratory.controller("locker-0", width: 0)
            let volume = try await first.create(laboratory.request())
            try await first.delete(volume.handle)
            let opened = try await RecordStore.open(laboratory.io, layouts: LayoutCache(), creating: false)
            let store = try #require(opened)
            let (key, imageID) = (volume.handle.recordKey, volume.handle.imageID)
            let found = try #require(try await store.erasure(of: key, imageID: imageID))
            var record = found.value
            let other = Instance(address: "127.0.0.1:0/3405691582", name: "locker-7")
            record.step = Step(owner: other, startedAt: WallClock.system.milliseconds)
            _ = try #require(try await store.putErasure(record, at: key, replacing: found))

            let second = try laboratory.controller("locker-1")
            await second.sweep()
            await second.events.wait(for: "Erasure did not finish and is tried again")
            #expect(second.events.count(of: "erase.removed") == 0)
            #expect(try await laboratory.io.trash().map(\.id) == [imageID])
            await second.close()

            let third = try laboratory.controller("locker-2", ahead: 20_000)
            await third.sweep()
            await third.erased()
            #expect(try await laboratory.io.cluster.yearsOfFence(other.address) == 5)
            try await laboratory.expectNothing()
        }
    }

    @Test("No more run at once than they may")
    func width() async throws {
        try await Laboratory.with { laboratory in
            let first = try laboratory.controller("locker-0", width: 0)
            for index in 0..<12 {
                try await first.delete(first.create(laboratory.request("pvc-\(index)")).handle)
            }
            await first.close()
            // An image is between these two steps while it is removed; looking for it takes no place.
            let running = Mutex((now: 0, most: 0))
            let hook = StepHook { step in
                running.withLock { running in
                    running.now += step == "erase.planned" ? 1 : step == "erase.removed" ? -1 : 0
                    running.most = max(running.most, running.now)
                }
            }
            let second = try laboratory.controller("locker-1", erasureHook: hook, width: 3)
            await second.sweep()
            await second.erased(12)
            try await laboratory.expectNothing()
            let most = running.withLock { $0.most }
            #expect((1...3).contains(most), "\(most)")
        }
    }

    @Test("An image that a client still has open is tried again until the client is gone")
    func busy() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            let client = try await laboratory.cluster.connect()
            let context = try await client.ioContext(pool: "students", namespace: laboratory.io.namespace)
            let image = try await LiveImage.open(.id(volume.handle.imageID), in: context, readOnly: false)
            // Open without the lock, as a forgotten `rbd bench` is: the trash takes it.
            try await controller.delete(volume.handle)
            await controller.events.wait(for: "Erasure did not finish and is tried again")
            #expect(await controller.erasures.pending == 1)
            let records = try await laboratory.records()
            #expect(records.map(\.phase) == [.erasing])
            let progress = try #require(records.first?.erasure)
            #expect(progress.failures == 1 && progress.failure.contains("EBUSY"), "\(progress)")
            #expect(progress.failedAt > 0 && progress.removedAt == 0 && progress.plan?.possibleObjects == 2)
            #expect(try await laboratory.receipts().isEmpty)
            #expect(try await laboratory.io.trashEntry(id: volume.handle.imageID) != nil)
            try await image.close()
            await client.close()
            await controller.erased()
            try await laboratory.expectNothing()
        }
    }
}
