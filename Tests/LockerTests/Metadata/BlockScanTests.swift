// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Testing

/// What a snapshot has and what differs between two: enough to make the one out of the other, byte for byte.
@Suite(.timeLimit(.minutes(5)))
struct BlockScanTests {
    static let layouts: [ImageOptions] = [
        ImageOptions(objectSize: 256 << 10),
        ImageOptions(features: [.layering, .exclusiveLock], objectSize: 256 << 10),
        ImageOptions(features: [.layering], objectSize: 1 << 20),
        ImageOptions(objectSize: 256 << 10, stripeUnit: 64 << 10, stripeCount: 4),
    ]

    @Test(
        "Random writes, zeroes and discards: zeroes and blocks make each snapshot, base and delta each later one",
        arguments: layouts.indices,
        [1, 2]
    )
    func reconstructs(layout: Int, seed: UInt64) async throws {
        try await Laboratory.with { laboratory in
            let image = try await KnownImage(options: Self.layouts[layout], seed: seed, in: laboratory)
            let controller = try laboratory.controller()
            try await image.take()
            for round in 1...4 {
                if round == 3 { try await image.grow(to: 11 << 20) }
                try await image.change()
                try await image.take()
            }
            try await Self.expectAllReconstruct(image.moments, by: controller)
        }
    }

    @Test("A clone's blocks are those of its parent too, before and after it is written to and flattened")
    func clones() async throws {
        try await Laboratory.with { laboratory in
            let parent = try await KnownImage(seed: 3, in: laboratory)
            try await parent.change()
            try await parent.take()
            let clone = try await KnownImage(cloning: parent, as: "clone", seed: 4)
            let controller = try laboratory.controller()
            try await clone.take()
            try await clone.change()
            try await clone.take()
            try await laboratory.io.withImage(.name("clone"), readOnly: false) { try $0.flatten() }
            try await clone.change(4)
            try await clone.take()
            try await Self.expectAllReconstruct(clone.moments, by: controller)
        }
    }

    @Test("Without a change there is no block, and a snapshot does not differ from itself")
    func unchanged() async throws {
        try await Laboratory.with { laboratory in
            let image = try await KnownImage(seed: 5, in: laboratory)
            let controller = try laboratory.controller()
            try await image.take()
            #expect(try await controller.blocks(of: image.moments[0].handle) == [])
            try await image.change()
            let first = try await image.take()
            let second = try await image.take()
            #expect(try await controller.blocks(of: second.handle, since: first.handle) == [])
            #expect(try await controller.blocks(of: second.handle, since: second.handle) == [])
        }
    }

    @Test("From every block on, the runs are the rest of all runs, and the first ends after the offset")
    func resumes() async throws {
        try await Laboratory.with { laboratory in
            let image = try await KnownImage(
                size: 4 << 20,
                options: ImageOptions(objectSize: 64 << 10),
                seed: 6,
                in: laboratory
            )
            let controller = try laboratory.controller()
            try await image.take()
            try await image.change(20)
            let moment = try await image.take()
            for base in [nil, image.moments[0].handle] {
                let all = try await controller.blocks(of: moment.handle, since: base)
                #expect(all.count > 2)
                var offsets = Set(stride(from: Int64(0), through: 4 << 20, by: 4096 * 31))
                for run in all { offsets.formUnion([run.offset, run.offset + 1, run.offset + run.length - 1]) }
                for run in all { offsets.insert(run.offset + run.length) }
                for offset in offsets.sorted() {
                    let rest = try await controller.blocks(of: moment.handle, since: base, from: offset)
                    let block = offset == 4 << 20 ? offset : offset / 4096 * 4096
                    let expected = all.filter { $0.offset + $0.length > offset }.map { run in
                        let start = max(run.offset, block)
                        return BlockRun(offset: start, length: run.offset + run.length - start)
                    }
                    #expect(rest == expected, "from \(offset)")
                    #expect(rest.allSatisfy { $0.offset + $0.length > offset }, "from \(offset)")
                }
            }
        }
    }

    @Test("A part of a group's snapshot has its blocks; what librbd cannot compare with is refused in words")
    func groupMembers() async throws {
        try await Laboratory.with { laboratory in
            let io = laboratory.io
            let image = try await KnownImage(seed: 7, in: laboratory)
            let controller = try laboratory.controller()
            try await image.change()
            try await io.createGroup("group")
            try await io.addImage(image.name, toGroup: "group")
            try await io.createGroupSnapshot("g", of: "group")
            try await io.removeImage(image.name, fromGroup: "group")
            let (id, bytes) = try await io.withImage(.name(image.name), readOnly: true) { opened in
                let id = try #require(try opened.snapshots().first { $0.kind == .group }).id
                try opened.look(atSnapshot: id)
                return (id, try opened.read(offset: 0, count: 8 << 20))
            }
            let member = try await image.record(snapshot: id, named: "member", bytes: 8 << 20, group: "a group")
            try await image.change()
            let later = try await image.take()
            let runs = try await controller.blocks(of: member)
            #expect(Self.applying(runs, of: bytes, to: []) == bytes)
            if LibraryFeatures.hasDiffByID {
                let delta = try await controller.blocks(of: later.handle, since: member)
                #expect(Self.applying(delta, of: later.bytes, to: bytes) == later.bytes)
            } else {
                await expectRefusal(.failedPrecondition, saying: "group", "GetMetadataAllocated") {
                    try await controller.blocks(of: later.handle, since: member)
                }
            }
            try await io.removeGroup("group")
        }
    }

    @Test("Snapshots that do not go together, offsets outside and snapshots that have gone are refused")
    func refusals() async throws {
        try await Laboratory.with { laboratory in
            let image = try await KnownImage(seed: 8, in: laboratory)
            let other = try await KnownImage("other", seed: 9, in: laboratory)
            let controller = try laboratory.controller()
            try await image.change()
            let first = try await image.take().handle
            let second = try await image.take().handle
            let foreign = try await other.take().handle
            await expectRefusal(.invalidArgument, saying: "one volume") {
                try await controller.blocks(of: second, since: foreign)
            }
            await expectRefusal(.invalidArgument, saying: "swap") {
                try await controller.blocks(of: first, since: second)
            }
            for offset in [-1, (8 << 20) + 1] as [Int64] {
                await expectRefusal(.outOfRange, saying: "\(offset)") {
                    try await controller.blocks(of: second, from: offset)
                }
            }
            #expect(try await controller.blocks(of: second, from: 8 << 20) == [])
            try await laboratory.io.withImage(.name(image.name), readOnly: false) { try $0.removeSnapshot("s0") }
            await expectRefusal(.notFound, saying: "does not exist") {
                try await controller.blocks(of: second, since: first)
            }
            await expectRefusal(.notFound, saying: "does not exist") { try await controller.blocks(of: first) }
        }
    }

    @Test("A scan that is stopped ends, and one is not stopped by another's end")
    func stopped() async throws {
        try await Laboratory.with { laboratory in
            // Without an object map every object has to be asked for.
            let options = ImageOptions(features: [.layering, .exclusiveLock])
            let image = try await KnownImage(size: 64 << 20, options: options, seed: 10, in: laboratory)
            let controller = try laboratory.controller()
            let moment = try await image.take()
            let stop = StopFlag()
            var scan = try await controller.scan(of: moment.handle, stop: stop)
            var other = try await controller.scan(of: moment.handle)
            stop.set()
            await #expect(throws: CancellationError.self) { _ = try await scan.next() }
            while try await other.next() != nil {}
        }
    }

    /// Makes every snapshot out of nothing, and out of each earlier one.
    private static func expectAllReconstruct(_ moments: [KnownImage.Moment], by controller: Controller) async throws {
        for (index, moment) in moments.enumerated() {
            let allocated = try await controller.blocks(of: moment.handle)
            self.expectInOrder(allocated, within: moment.bytes.count)
            #expect(self.applying(allocated, of: moment.bytes, to: []) == moment.bytes, "snapshot \(index)")
            for (earlier, base) in moments.enumerated().prefix(index) {
                let delta = try await controller.blocks(of: moment.handle, since: base.handle)
                self.expectInOrder(delta, within: moment.bytes.count)
                let made = self.applying(delta, of: moment.bytes, to: base.bytes)
                #expect(made == moment.bytes, "snapshot \(index) since \(earlier)")
            }
        }
    }

    private static func expectInOrder(_ runs: [BlockRun], within size: Int) {
        var end: Int64 = -1
        for run in runs {
            #expect(run.length > 0 && run.offset > end && run.offset % 4096 == 0, "\(run) after \(end)")
            end = run.offset + run.length
        }
        #expect(end <= Int64(size))
    }

    /// What a backup makes: the base, with the runs of the target written over it.
    private static func applying(_ runs: [BlockRun], of target: [UInt8], to base: [UInt8]) -> Data {
        var made = Data(base)
        made.count = target.count
        for run in runs {
            let range = Int(run.offset)..<Int(run.offset + run.length)
            made.replaceSubrange(range, with: target[range])
        }
        return made
    }
}

private func == (made: Data, bytes: [UInt8]) -> Bool { made == Data(bytes) }

extension Controller {
    /// Begins to read the blocks of a snapshot.
    func scan(
        of target: SnapshotHandle,
        since base: SnapshotHandle? = nil,
        from offset: Int64 = 0,
        stop: StopFlag = StopFlag()
    ) async throws -> BlockScan {
        try await self.volumes.blocks(
            of: target,
            since: base,
            from: offset,
            at: self.location,
            candidates: [self.namespace],
            stop: stop
        )
    }

    /// All blocks of a snapshot.
    func blocks(
        of target: SnapshotHandle,
        since base: SnapshotHandle? = nil,
        from offset: Int64 = 0
    ) async throws -> [BlockRun] {
        var scan = try await self.scan(of: target, since: base, from: offset)
        var all: [BlockRun] = []
        while let runs = try await scan.next() { all += runs }
        return all
    }
}
