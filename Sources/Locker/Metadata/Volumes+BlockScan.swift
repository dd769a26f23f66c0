// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Begins to read what a snapshot has, or how it differs from an earlier one of the same volume.
    ///
    /// - Parameters:
    ///   - target: a verified handle: the later snapshot.
    ///   - base: a verified handle: the earlier one; `nil` for everything that is allocated.
    ///   - offset: the first run ends after it; bytes of the volume.
    ///   - location: the cluster and user.
    ///   - candidates: RADOS namespaces to try first.
    ///   - stop: ends the reading from outside.
    /// - Throws: ``LockerError``: `notFound` for a snapshot that does not exist, `invalidArgument` for two that do not
    ///   go together, `outOfRange` for an offset that the volume does not have, `failedPrecondition` where librbd
    ///   cannot compare with the base.
    package func blocks(
        of target: SnapshotHandle,
        since base: SnapshotHandle?,
        from offset: Int64,
        at location: VolumeLocation,
        candidates: [String],
        stop: StopFlag
    ) async throws -> BlockScan {
        let found = try await self.snapshot(target, at: location, candidates: candidates)
        var from = DiffBase.nothing
        if let base {
            let earlier = try await self.snapshot(base, at: location, candidates: candidates)
            from = try Self.base(earlier, of: found)
        }
        return try await explaining("read the blocks of snapshot \(target.text)") {
            let lease = try await self.clusters.cluster(for: location.target)
            let io = try await lease.cluster.ioContext(poolID: target.poolID, namespace: found.namespace)
            return try BlockScan(of: found, since: from, from: offset, lease: lease, io: io, stop: stop)
        }
    }

    private func snapshot(
        _ handle: SnapshotHandle,
        at location: VolumeLocation,
        candidates: [String]
    ) async throws -> SnapshotDescription {
        guard let found = try await self.findSnapshot(handle, at: location, candidates: candidates) else {
            throw LockerError(.notFound, "snapshot \(handle.text) does not exist")
        }
        return found
    }

    private static func base(
        _ base: SnapshotDescription,
        of target: SnapshotDescription
    ) throws(LockerError) -> DiffBase {
        guard base.handle.imageID == target.handle.imageID, base.handle.poolID == target.handle.poolID,
            base.namespace == target.namespace
        else {
            throw LockerError(
                .invalidArgument,
                "base_snapshot_id is a snapshot of volume \"\(base.record.sourceName)\", target_snapshot_id one of"
                    + " \"\(target.record.sourceName)\"; only snapshots of one volume can be compared"
            )
        }
        // Ids of snapshots grow with time.
        guard base.handle.snapshotID <= target.handle.snapshotID else {
            throw LockerError(
                .invalidArgument,
                "base_snapshot_id (\"\(base.record.requestName)\") was taken after target_snapshot_id"
                    + " (\"\(target.record.requestName)\"); swap the two"
            )
        }
        guard !base.record.groupSnapshotID.isEmpty else { return .snapshot(base.record.snapshotName) }
        guard LibraryFeatures.hasDiffByID else {
            throw LockerError(
                .failedPrecondition,
                "base_snapshot_id (\"\(base.record.requestName)\") is part of a group's snapshot, and librbd"
                    + " \(LibraryFeatures.version) cannot compare with such; copy the whole volume (GetMetadataAllocated)"
                    + " or run Locker with the librbd of Ceph 19.2.3, 20 or newer"
            )
        }
        return .snapshotID(base.handle.snapshotID)
    }
}
