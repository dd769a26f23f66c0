// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Removes a snapshot; volumes that were made from it keep what they need of it.
    ///
    /// Marked, removed, out of sight: whatever moment the process dies at, the retry goes on from there. A snapshot that
    /// does not exist is removed already.
    ///
    /// - Parameters:
    ///   - handle: a verified handle.
    ///   - location: the cluster and user.
    ///   - candidates: RADOS namespaces to try first.
    /// - Throws: ``LockerError``: `invalidArgument` for a part of a group's snapshot, `failedPrecondition` while clones
    ///   that others have made keep it, `aborted` while another controller works on it.
    package func deleteSnapshot(
        _ handle: SnapshotHandle,
        at location: VolumeLocation,
        candidates: [String]
    ) async throws {
        try await self.mutating(location.target, could: "delete snapshot \(handle.text)") { cluster in
            guard let place = try await self.place(of: handle, on: cluster, candidates: candidates) else { return }
            for _ in 0..<16 where try await self.attempt(handle, at: place) { return }
            throw LockerError(.aborted, "snapshot \(handle.text) is changed by several at once; try again")
        }
    }

    /// One look at the record and what follows from it; `false` if it changed meanwhile.
    private func attempt(_ handle: SnapshotHandle, at place: Place) async throws -> Bool {
        // A handle is only given for a snapshot that was taken, so a record with another id is of a later one.
        guard let found = try await place.store.record(SnapshotRecord.self, at: place.key),
            found.value.snapshotID == handle.snapshotID
        else { return true }
        var record = found.value
        guard record.groupSnapshotID.isEmpty else {
            throw LockerError(
                .invalidArgument,
                "snapshot \(handle.text) is a part of the group snapshot \(record.groupSnapshotID), and goes with it"
            )
        }
        if record.phase == .deleting {
            let subject = "snapshot \"\(record.requestName)\""
            try await self.ownership.claim(record.step, of: subject, what: "deleted", on: place.io.cluster)
        } else {
            record.phase = .deleting
            record.deletingAt = self.clock.milliseconds
        }
        record.step = self.ownership.step(on: place.io.cluster)
        guard let mine = try await place.store.put(record, at: place.key, replacing: found) else { return false }
        try self.hook.reached("unsnapshot.marked")
        do {
            try await self.unsnap(mine.value, io: place.io)
        } catch let error as CephError where error.code == .resourceBusy {
            record.phase = .ready
            record.step = nil
            record.deletingAt = 0
            guard try await place.store.put(record, at: place.key, replacing: mine) != nil else { return false }
            throw LockerError(
                .failedPrecondition,
                "snapshot \(place.io.path(record.imageName))@\(record.snapshotName) is protected: somebody has cloned it"
                    + " by hand; see rbd children",
                cause: error
            )
        }
        try self.hook.reached("unsnapshot.removed")
        guard try await place.store.remove(mine, at: place.key) else { return false }
        try self.hook.reached("unsnapshot.done")
        self.logger.info("Snapshot deleted", metadata: record.logMetadata)
        return true
    }
}
