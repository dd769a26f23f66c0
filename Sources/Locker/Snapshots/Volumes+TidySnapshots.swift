// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import Rados

extension Volumes {
    /// Takes back snapshots that nobody has retried for an hour, and finishes deletions that were cut short.
    func tidySnapshots(_ store: RecordStore) async throws {
        var abandoned: [(RecordKey, Stored<SnapshotRecord>)] = []
        try await store.forEach(of: SnapshotRecord.self, prefix: SnapshotRecord.prefix) { name, stored in
            // Another installation that shares the pool tidies its own.
            guard self.isAbandoned(stored.value), let key = RecordKey(hex: name.dropFirst(2)),
                key == self.snapshotKey(named: stored.value.requestName)
            else { return }
            abandoned.append((key, stored))
        }
        for (key, stored) in abandoned { try await self.takeBack(stored, key: key, store: store) }
    }

    /// Whether nobody is at a snapshot that is not ready. The parts of a group's snapshot are the group's affair.
    private func isAbandoned(_ record: SnapshotRecord) -> Bool {
        guard record.groupSnapshotID.isEmpty else { return false }
        let now = self.clock.milliseconds
        let isOld = record.phase == .creating && record.createdAt < now - Self.abandonedAfter
        guard isOld || record.phase == .deleting else { return false }
        guard let step = record.step, let owner = step.owner else { return true }
        return owner.address.isEmpty || step.startedAt < now - StepOwnership.patience
    }

    private func takeBack(_ stored: Stored<SnapshotRecord>, key: RecordKey, store: RecordStore) async throws {
        let subject = "snapshot \"\(stored.value.requestName)\""
        try await self.ownership.claim(stored.value.step, of: subject, what: "taken", on: store.io.cluster)
        var record = stored.value
        record.step = self.ownership.step(on: store.io.cluster)
        // A retry that comes now is told to wait, and takes the snapshot anew afterwards.
        record.phase = .deleting
        // Somebody retries it after all: then it is theirs.
        guard let mine = try await store.put(record, at: key, replacing: stored) else { return }
        try await self.unsnap(record, io: store.io)
        try self.hook.reached("tidy.unsnapped")
        guard try await store.remove(mine, at: key) else { return }
        self.logger.info("A snapshot that nobody retried was taken back", metadata: record.logMetadata)
    }
}
