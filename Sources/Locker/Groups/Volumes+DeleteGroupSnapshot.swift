// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import Rados

extension Volumes {
    /// Removes a group's snapshot with all of its parts; volumes that were made from them are independent of them.
    ///
    /// Marked, removed, out of sight: whatever moment the process dies at, the retry goes on from there. One that does
    /// not exist is removed already.
    ///
    /// - Parameters:
    ///   - handle: a verified handle.
    ///   - parts: the ids of its snapshots, all of them.
    ///   - location: the cluster and user.
    ///   - candidates: RADOS namespaces to try first.
    /// - Throws: ``LockerError``: `invalidArgument` for parts that are not those of the group's snapshot, `aborted` while
    ///   another controller works on it.
    package func deleteGroupSnapshot(
        _ handle: GroupSnapshotHandle,
        parts: [String],
        at location: VolumeLocation,
        candidates: [String]
    ) async throws {
        try await self.mutating(location.target, could: "delete group snapshot \(handle.text)") { cluster in
            guard let place = try await self.place(of: handle, on: cluster, candidates: candidates) else { return }
            for _ in 0..<16 where try await self.attempt(handle, parts: parts, at: place) { return }
            throw LockerError(.aborted, "group snapshot \(handle.text) is changed by several at once; try again")
        }
    }

    /// One look at the record and what follows from it; `false` if it changed meanwhile.
    private func attempt(_ handle: GroupSnapshotHandle, parts: [String], at place: Place) async throws -> Bool {
        // One that was recorded at another time is a later one of the same name.
        guard let found = try await place.store.record(GroupSnapshotRecord.self, at: place.key),
            found.value.createdAt == handle.createdAt
        else { return true }
        var record = found.value
        if record.phase == .ready { try Self.check(parts, of: record) }
        if let step = record.step {
            let what = record.phase == .deleting ? "deleted" : "taken"
            let subject = "group snapshot \"\(record.requestName)\""
            try await self.ownership.claim(step, of: subject, what: what, on: place.io.cluster)
        }
        if record.phase != .deleting {
            record.phase = .deleting
            record.deletingAt = self.clock.milliseconds
        }
        record.step = self.ownership.step(on: place.io.cluster)
        guard let mine = try await place.store.put(record, at: place.key, replacing: found) else { return false }
        try self.hook.reached("ungroup.marked")
        try await self.dissolve(mine.value, store: place.store)
        guard try await place.store.remove(mine, at: place.key) else { return false }
        try self.hook.reached("ungroup.done")
        self.logger.info("Group snapshot deleted", metadata: record.logMetadata)
        return true
    }

    /// Checks that snapshots are the parts of a group's snapshot: all of them, and no other.
    static func check(_ parts: [String], of record: GroupSnapshotRecord) throws(LockerError) {
        let own = Set(record.members.map(\.snapshotID))
        guard Set(parts) != own else { return }
        let strange = parts.filter { !own.contains($0) }
        let lacking = own.subtracting(parts).sorted()
        let words = strange.isEmpty ? "\(lacking.joined(separator: ", ")) is missing" : "\(strange[0]) is none of them"
        throw LockerError(
            .invalidArgument,
            "snapshot_ids are not the \(own.count) snapshots of group snapshot \"\(record.requestName)\": \(words)"
        )
    }
}
