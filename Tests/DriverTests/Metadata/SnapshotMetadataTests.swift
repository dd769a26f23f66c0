// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import RBD
internal import Rados
internal import Testing

/// GetMetadataAllocated and GetMetadataDelta as streams through the socket.
@Suite(.timeLimit(.minutes(5)))
struct SnapshotMetadataTests {
    private static func with(
        bytes: Int64,
        features: String = "",
        _ body: (Installation, LockerProcess, MadeVolume) async throws -> Void
    ) async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            var plan = installation.plan(.rawBlock(), bytes: bytes)
            if !features.isEmpty { plan.parameters["imageFeatures"] = features }
            try await body(installation, controller, try await controller.create(plan, of: installation))
        }
    }

    private static func write(_ offsets: [UInt64], to volume: MadeVolume, in installation: Installation) async throws {
        try await installation.context.withImage(.name(volume.imageName), readOnly: false) { image in
            for offset in offsets { try image.write(offset: offset, [UInt8](repeating: 7, count: 4096)) }
        }
    }

    @Test("Messages hold at most max_results tuples, the volume's size and one kind of tuple; deltas only what changed")
    func messages() async throws {
        try await Self.with(bytes: 256 << 20) { installation, controller, volume in
            let secrets = volume.plan.secrets
            try await Self.write((0..<50).map { $0 << 22 }, to: volume, in: installation)
            let first = try await TakenSnapshot(of: volume, named: "first", in: installation)
            try await Self.write((0..<7).map { $0 << 22 }, to: volume, in: installation)
            let second = try await TakenSnapshot(of: volume, named: "second", in: installation)
            for limit in [0, 1, 7, 50, 51, 100_000] as [Int32] {
                let answer = try await controller.allocated(
                    GetMetadataAllocatedRequest(snapshotID: first.id, maxResults: limit, secrets: secrets)
                )
                #expect(answer.blocks == (0..<50).map { BlockMetadata(byteOffset: $0 << 22, sizeBytes: 4096) })
                let most = limit == 0 ? 1024 : Int(limit)
                #expect(answer.messages.dropLast().allSatisfy { $0.count == most })
                #expect(answer.messages.count == (50 + most - 1) / most)
                #expect(answer.capacities == [256 << 20] && answer.types == [.variableLength])
            }
            let delta = try await controller.delta(
                GetMetadataDeltaRequest(
                    baseSnapshotID: first.id,
                    targetSnapshotID: second.id,
                    startingOffset: (2 << 22) + 4095,
                    maxResults: 2,
                    secrets: secrets
                )
            )
            #expect(delta.blocks == (2..<7).map { BlockMetadata(byteOffset: $0 << 22, sizeBytes: 4096) })
            #expect(delta.messages.map(\.count) == [2, 2, 1])
            let nothing = try await controller.delta(
                GetMetadataDeltaRequest(baseSnapshotID: second.id, targetSnapshotID: second.id, secrets: secrets)
            )
            #expect(nothing.messages == [[]] && nothing.capacities == [256 << 20])
        }
    }

    @Test("What cannot be answered is refused with the specification's codes, in words")
    func refusals() async throws {
        try await Self.with(bytes: 32 << 20) { installation, controller, volume in
            let secrets = volume.plan.secrets
            let first = try await TakenSnapshot(of: volume, named: "first", in: installation).id
            let second = try await TakenSnapshot(of: volume, named: "second", in: installation).id
            func allocated(
                _ code: RPCError.Code,
                _ words: String,
                _ change: (inout GetMetadataAllocatedRequest) -> Void
            )
                async
            {
                var request = GetMetadataAllocatedRequest(snapshotID: first, secrets: secrets)
                change(&request)
                await expectRefusal(code, naming: words, in: "\(words)") { try await controller.allocated(request) }
            }
            func delta(_ code: RPCError.Code, _ words: String, _ change: (inout GetMetadataDeltaRequest) -> Void) async
            {
                var request = GetMetadataDeltaRequest(
                    baseSnapshotID: first,
                    targetSnapshotID: second,
                    secrets: secrets
                )
                change(&request)
                await expectRefusal(code, naming: words, in: "\(words)") { try await controller.delta(request) }
            }
            await allocated(.invalidArgument, "snapshot_id") { $0.snapshotID = "" }
            await allocated(.notFound, "no-such") { $0.snapshotID = "no-such-snapshot" }
            await allocated(.invalidArgument, "volume") { $0.snapshotID = volume.id }
            await allocated(.outOfRange, "-1") { $0.startingOffset = -1 }
            await allocated(.outOfRange, "33554433") { $0.startingOffset = (32 << 20) + 1 }
            await allocated(.invalidArgument, "max_results") { $0.maxResults = -3 }
            await allocated(.invalidArgument, "secrets") { $0.secrets = [:] }
            await delta(.invalidArgument, "base_snapshot_id") { $0.baseSnapshotID = "" }
            await delta(.invalidArgument, "target_snapshot_id") { $0.targetSnapshotID = "" }
            await delta(.notFound, "base_snapshot_id") { $0.baseSnapshotID = "no-such" }
            await delta(.notFound, "target_snapshot_id") { $0.targetSnapshotID = "no-such" }
            await delta(.outOfRange, "starting_offset") { $0.startingOffset = 1 << 40 }
            await delta(.invalidArgument, "swap") { ($0.baseSnapshotID, $0.targetSnapshotID) = (second, first) }
            let other = try await controller.create(installation.plan(.rawBlock()), of: installation)
            let foreign = try await TakenSnapshot(of: other, named: "foreign", in: installation).id
            await delta(.invalidArgument, "one volume") { $0.targetSnapshotID = foreign }
            try await installation.context.withImage(.name(volume.imageName), readOnly: false) {
                try $0.removeSnapshot("first")
            }
            await allocated(.notFound, "does not exist") { _ in }
        }
    }

    @Test("A volume of 1 TiB with a few MiB in it is read in memory that does not grow with it")
    func large() async throws {
        try await Self.with(bytes: 1 << 40) { installation, controller, volume in
            let offsets = (0..<1024).map { UInt64($0) << 30 }
            try await Self.write(offsets, to: volume, in: installation)
            let snapshot = try await TakenSnapshot(of: volume, named: "s", in: installation)
            let small = GetMetadataAllocatedRequest(
                snapshotID: snapshot.id,
                startingOffset: (1 << 40) - 1,
                secrets: volume.plan.secrets
            )
            #expect(try await controller.allocated(small).blocks.isEmpty)
            let before = try Self.peak(of: controller)
            let start = ContinuousClock.now
            let answer = try await controller.allocated(
                GetMetadataAllocatedRequest(snapshotID: snapshot.id, secrets: volume.plan.secrets)
            )
            let (taken, after) = (start.duration(to: .now), try Self.peak(of: controller))
            #expect(answer.blocks == offsets.map { BlockMetadata(byteOffset: Int64($0), sizeBytes: 4096) })
            print("1 TiB, 1024 runs: \(taken), peak \(before) KiB before, \(after) KiB after")
            #expect(after - before < 32 << 10, "peak \(before) KiB before, \(after) KiB after")
        }
    }

    @Test("A stream whose client goes ends as cancelled, and nothing of it stays open")
    func cancelled() async throws {
        // Without an object map a quarter of a million objects have to be asked for.
        try await Self.with(bytes: 1 << 40, features: "layering") { installation, controller, volume in
            let snapshot = try await TakenSnapshot(of: volume, named: "s", in: installation)
            let request = GetMetadataAllocatedRequest(snapshotID: snapshot.id, secrets: volume.plan.secrets)
            await expectRefusal(.deadlineExceeded) {
                try await controller.allocated(request, timeout: .milliseconds(300))
            }
            // One line tells how each call ended.
            func end() throws -> Substring? {
                try controller.output().split(separator: "\n").first {
                    $0.contains("GetMetadataAllocated") && $0.contains("grpc.code")
                }
            }
            while try end() == nil { try await Task.sleep(for: .milliseconds(20)) }
            let line = try #require(try end())
            #expect(line.contains("Canceled"), "\(line)")
            // Nothing of it is open any more.
            try await installation.context.withImage(.name(volume.imageName), readOnly: false) {
                #expect(try $0.watchers().count == 1)
                try $0.removeSnapshot("s")
            }
        }
    }

    /// The most resident memory that a process has had, in KiB.
    private static func peak(of process: LockerProcess) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process.processID)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.split(separator: " ")[1]))
    }
}
