// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import Rados

extension Volumes {
    /// Takes back group snapshots that nobody has retried for an hour, and finishes deletions that were cut short.
    func tidyGroupSnapshots(_ store: RecordStore) async throws {
        var abandoned: [(RecordKey, Stored<GroupSnapshotRecord>)] = []
        try await store.forEach(of: GroupSnapshotRecord.self, prefix: GroupSnapshotRecord.prefix) { name, stored in
            guard self.isAbandoned(stored.value), let key = RecordKey(hex: name.dropFirst(2)) else { return }
            abandoned.append((key, stored))
        }
        for (key, stored) in abandoned {
            let subject = "group snapshot \"\(stored.value.requestName)\""
            try await self.ownership.claim(stored.value.step, of: subject, what: "taken", on: store.io.cluster)
            var record = stored.value
            record.step = self.ownership.step(on: store.io.cluster)
            // A retry that comes now is told to wait, and takes the snapshot anew afterwards.
            record.phase = .deleting
            // Somebody retries it after all: then it is theirs.
            guard let mine = try await store.put(record, at: key, replacing: stored) else { continue }
            try self.hook.reached("tidy.ungrouping")
            try await self.takeBack(mine, key: key, store: store)
            self.logger.info("A group snapshot that nobody retried was taken back", metadata: record.logMetadata)
        }
    }

    private func isAbandoned(_ record: GroupSnapshotRecord) -> Bool {
        let now = self.clock.milliseconds
        let isOld = record.phase == .creating && record.createdAt < now - Self.abandonedAfter
        guard isOld || record.phase == .deleting else { return false }
        guard let step = record.step, let owner = step.owner else { return true }
        return owner.address.isEmpty || step.startedAt < now - StepOwnership.patience
    }
}
