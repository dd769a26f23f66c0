// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import Synchronization
internal import SystemPackage
internal import Testing

extension Conformance {
    /// Which blocks a snapshot has, or has changed, as streams.
    struct MetadataTests {
        /// A raw block volume with a MiB written at 0 and at 64 MiB, and a snapshot after each.
        private static func snapshots(_ life: Life) async throws -> (base: Snapshot, target: Snapshot) {
            let volume = try await life.volume { $0.volumeCapabilities = [Peer.block()] }
            let placed = try await life.stage(volume, as: Peer.block())
            try await life.publish(placed)
            try Self.fill(placed.target(), at: 0)
            let base = try await life.snapshot(of: volume)
            try Self.fill(placed.target(), at: 64 << 20)
            return (base, try await life.snapshot(of: volume))
        }

        private static func fill(_ device: FilePath, at offset: Int64) throws {
            let file = try FileDescriptor.open(device, .writeOnly)
            try file.closeAfter {
                try file.writeAll(toAbsoluteOffset: offset, [UInt8](repeating: 0x5A, count: 1 << 20))
                guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
        }

        /// What a stream tells, checked as far as every stream has to obey.
        private final class Reading: Sendable {
            private let tuples = Mutex<[BlockMetadata]>([])
            private let kinds = Mutex<Set<BlockMetadataType>>([])
            private let largest = Mutex(0)

            var blocks: [BlockMetadata] { self.tuples.withLock { $0 } }
            var most: Int { self.largest.withLock { $0 } }

            func add(_ blocks: [BlockMetadata], _ kind: BlockMetadataType, capacity: Int64) {
                self.tuples.withLock { $0 += blocks }
                self.kinds.withLock { _ = $0.insert(kind) }
                self.largest.withLock { $0 = max($0, blocks.count) }
                #expect(capacity > 0)
            }

            func check(from offset: Int64) {
                let kinds = self.kinds.withLock { $0 }
                #expect(kinds.count <= 1 && !kinds.contains(.unknown), "the style changes")
                var end: Int64 = 0
                for (index, block) in self.blocks.enumerated() {
                    #expect(block.sizeBytes > 0)
                    #expect(block.byteOffset >= end, "tuple \(index) is out of order")
                    end = block.byteOffset + block.sizeBytes
                    if index == 0 { #expect(end > offset, "the first tuple ends before the offset") }
                }
            }

            func covers(_ offset: Int64) -> Bool {
                self.blocks.contains { $0.byteOffset <= offset && offset < $0.byteOffset + $0.sizeBytes }
            }
        }

        private static func allocated(
            _ peer: Peer,
            _ id: String,
            from offset: Int64 = 0,
            by count: Int32 = 0
        ) async throws -> Reading {
            let reading = Reading()
            try await peer.metadata.getMetadataAllocated(
                .init(snapshotID: id, startingOffset: offset, maxResults: count, secrets: peer.secrets),
                timeout: Peer.patience
            ) { reading.add($0.blockMetadata, $0.blockMetadataType, capacity: $0.volumeCapacityBytes) }
            return reading
        }

        private static func delta(
            _ peer: Peer,
            _ base: String,
            _ target: String,
            from offset: Int64 = 0,
            by count: Int32 = 0
        ) async throws -> Reading {
            let reading = Reading()
            try await peer.metadata.getMetadataDelta(
                .init(
                    baseSnapshotID: base,
                    targetSnapshotID: target,
                    startingOffset: offset,
                    maxResults: count,
                    secrets: peer.secrets
                ),
                timeout: Peer.patience
            ) { reading.add($0.blockMetadata, $0.blockMetadataType, capacity: $0.volumeCapacityBytes) }
            return reading
        }

        @Test("MD-1, MD-2, MD-3: The blocks of a snapshot come in order, from where they are asked for")
        func allocated() async throws {
            try await Life.with(.metadata, .snapshots, .stage) { life in
                let (base, target) = try await Self.snapshots(life)
                let first = try await Self.allocated(life.peer, base.snapshotID)
                first.check(from: 0)
                #expect(first.covers(0) && !first.covers(64 << 20))
                let second = try await Self.allocated(life.peer, target.snapshotID, by: 1)
                second.check(from: 0)
                #expect(second.covers(0) && second.covers(64 << 20))
                #expect(second.most <= 1, "max_results is exceeded")
                let later = try await Self.allocated(life.peer, target.snapshotID, from: (64 << 20) + 512)
                later.check(from: (64 << 20) + 512)
                #expect(!later.covers(0) && later.covers((64 << 20) + 512))
            }
        }

        @Test("MD-4: What has changed between two snapshots is what was written between them")
        func delta() async throws {
            try await Life.with(.metadata, .snapshots, .stage) { life in
                let (base, target) = try await Self.snapshots(life)
                let changed = try await Self.delta(life.peer, base.snapshotID, target.snapshotID, by: 1)
                changed.check(from: 0)
                #expect(!changed.covers(0) && changed.covers(64 << 20))
                #expect(changed.most <= 1, "max_results is exceeded")
            }
        }

        @Test("MD-5, MD-6, MD-7: Snapshots are required and have to be; an offset is within the volume")
        func refusals() async throws {
            try await Life.with(.metadata, .snapshots) { life in
                let volume = try await life.volume()
                let other = try await life.snapshot(of: try await life.volume()).snapshotID
                let id = try await life.snapshot(of: volume).snapshotID
                let peer = life.peer
                await refused(.invalidArgument, in: "no snapshot") { try await Self.allocated(peer, "") }
                await refused(.invalidArgument, in: "no base") { try await Self.delta(peer, "", id) }
                await refused(.invalidArgument, in: "no target") { try await Self.delta(peer, id, "") }
                await refused(.invalidArgument, in: "max_results") { try await Self.allocated(peer, id, by: -1) }
                await refused(.invalidArgument, in: "two volumes") { try await Self.delta(peer, other, id) }
                await refused(.notFound, in: "missing") { try await Self.allocated(peer, "fake-snapshot") }
                await refused(.notFound, in: "missing base") { try await Self.delta(peer, "fake-snapshot", id) }
                await refused(.notFound, in: "missing target") { try await Self.delta(peer, id, "fake-snapshot") }
                for offset in [-1, .max, volume.capacityBytes + 1] {
                    await refused(.outOfRange, in: "\(offset)") { try await Self.allocated(peer, id, from: offset) }
                    await refused(.outOfRange, in: "\(offset)") { try await Self.delta(peer, id, id, from: offset) }
                }
            }
        }
    }
}
