// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

/// What a snapshot has, or how it differs from an earlier one: read from the cluster as it is asked for.
///
/// Windows of the image are looked at one after another, each with an image opened read-only for it alone: nothing
/// stays open while the caller is slow or gone, and memory does not grow with the volume.
package struct BlockScan: Sendable {
    /// Bytes of the volume when the later snapshot was taken.
    package let capacityBytes: Int64

    private let lease: ClusterLease
    private let io: IOContext
    private let target: SnapshotDescription
    private let base: DiffBase
    private let stop: StopFlag

    /// Where the next window begins, in bytes of the volume; `nil` once the last run is out.
    private var position: Int64?
    private var joiner: BlockRunJoiner

    /// A scan.
    ///
    /// - Parameters:
    ///   - target: the later snapshot.
    ///   - base: what to compare with.
    ///   - offset: the first run ends after it.
    ///   - stop: ends the scan from outside.
    /// - Throws: ``LockerError`` with `outOfRange` for an offset that the volume does not have.
    init(
        of target: SnapshotDescription,
        since base: DiffBase,
        from offset: Int64,
        lease: ClusterLease,
        io: IOContext,
        stop: StopFlag
    ) throws(LockerError) {
        let size = target.record.payloadBytes
        guard (0...size).contains(offset) else {
            throw LockerError(
                .outOfRange,
                "starting_offset \(offset) is outside of the \(size) bytes of snapshot \(target.handle.text)"
            )
        }
        self.capacityBytes = size
        self.lease = lease
        self.io = io
        self.target = target
        self.base = base
        self.stop = stop
        self.position = offset / BlockRunJoiner.block * BlockRunJoiner.block
        self.joiner = BlockRunJoiner(size: size)
        // Nothing ends after the end.
        if offset == size { self.position = size }
    }

    /// The next runs: ascending, none overlapping or touching another; perhaps none where a part has none.
    ///
    /// - Returns: `nil` after the last.
    /// - Throws: `CancellationError` once it is stopped; ``LockerError``: `notFound` if the snapshot has gone meanwhile,
    ///   `failedPrecondition` if librbd cannot compare with the base.
    package mutating func next() async throws -> [BlockRun]? {
        guard let position else { return nil }
        guard position < self.capacityBytes else {
            self.position = nil
            return self.joiner.finish().map { [$0] } ?? []
        }
        let header = self.target.record.dataOffsetBytes
        let window = BlockWindow(
            base: self.base,
            start: UInt64(position + header),
            end: UInt64(self.capacityBytes + header),
            stop: self.stop,
            isLayered: self.target.record.encryption == .luks2Layered
        )
        let snapshot = self.target.handle.snapshotID
        let found: (runs: [Range<UInt64>], next: UInt64)
        do {
            found = try await self.io.withImage(.id(self.target.handle.imageID), readOnly: true) { image in
                try image.look(atSnapshot: snapshot)
                return try window.look(at: image)
            }
        } catch let error as CephError {
            throw self.refusal(of: error)
        }
        self.position = Int64(found.next) - header
        return found.runs.compactMap {
            self.joiner.add(Int64($0.lowerBound) - header..<Int64($0.upperBound) - header)
        }
    }

    private func refusal(of error: CephError) -> LockerError {
        let what = "snapshot \"\(self.target.record.requestName)\" (\(self.target.handle.text))"
        return switch error.code {
        case .noSuchFileOrDirectory:
            LockerError(.notFound, "\(what), or the one to compare it with, does not exist any more", cause: error)
        default:
            LockerError(error, could: "read which blocks \(what) has")
        }
    }
}
