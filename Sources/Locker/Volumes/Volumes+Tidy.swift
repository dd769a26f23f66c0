// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import RBD
package import Rados
internal import SystemPackage

extension Volumes {
    /// After how long a creation that nobody retries is taken back. The provisioner retries for minutes.
    package static let abandonedAfter: Int64 = 3_600_000

    /// Finishes what former processes have left in a pool and namespace: erasures and flattenings go on, creations and
    /// snapshots that nobody has retried for an hour are taken back, snapshots whose deletion was begun are removed, and
    /// courses' totals that an older version has counted past are corrected. Archives whose time is over are erased.
    /// What encrypted volumes shared of a template is removed once no volume shares it.
    ///
    /// - Throws: ``LockerError``, `CephError`; what is done by then stays done, and a repeat goes on.
    package func tidy(pool: String, namespace: String, target: ClusterTarget) async throws {
        await self.erasures.sweep(pool: pool, namespace: namespace, target: target)
        await self.flattenings.sweep(pool: pool, namespace: namespace, target: target)
        try await self.mutating(target, could: "tidy pool \(pool)") { cluster in
            let io = try await self.context(cluster, pool: pool, namespace: namespace)
            guard let store = try await RecordStore.open(io, layouts: self.layouts, creating: false) else { return }
            var abandoned: [(RecordKey, Stored<VolumeRecord>)] = []
            try await store.forEach(of: VolumeRecord.self, prefix: "v/") { name, stored in
                // Another installation that shares the pool tidies its own.
                guard self.isAbandoned(stored.value), let key = RecordKey(hex: name.dropFirst(2)),
                    key == self.recordKey(named: stored.value.requestName)
                else { return }
                abandoned.append((key, stored))
            }
            for (key, stored) in abandoned { try await self.takeBack(stored, key: key, store: store) }
            try await self.eraseArchives(past: self.clock.milliseconds, in: store, target: target)
            try await self.recountCourses(in: io)
            try await self.tidySnapshots(store)
            try await self.tidyGroupSnapshots(store)
            try await self.removeUnusedBases(in: io)
        }
    }

    /// Whether a creation is an hour old, or is being taken back already, and nobody is at it: a retry, or a taking back
    /// that was cut short, has a young step, which is another's unless it bears this process' name.
    private func isAbandoned(_ record: VolumeRecord) -> Bool {
        let now = self.clock.milliseconds
        let isOld = record.phase == .creating && record.createdAt < now - Self.abandonedAfter
        // A volume that was handed out has its image's id in the record.
        let isTakenBack = record.phase == .deleting && record.imageID.isEmpty
        guard isOld || isTakenBack else { return false }
        guard let step = record.step, let owner = step.owner else { return true }
        return owner.name == self.identity.process || step.startedAt < now - StepOwnership.patience
    }

    /// Takes an abandoned creation back: image, ledger, record, in the reverse of its making.
    func takeBack(_ stored: Stored<VolumeRecord>, key: RecordKey, store: RecordStore) async throws {
        try await self.ownership.claim(stored.value, what: "created", on: store.io.cluster)
        var record = stored.value
        record.step = self.ownership.step(on: store.io.cluster)
        // A retry that comes now is told to wait, and makes the volume anew afterwards.
        record.phase = .deleting
        // Somebody retries it after all: then it is theirs.
        guard let mine = try await store.put(record, at: key, replacing: stored) else { return }
        // It was never handed out, so there is nothing in it to erase.
        try await self.discard(record.imageName, key: key, store: store)
        if record.source != nil || record.archive != nil {
            try await self.discard(key.partialImageName, key: key, store: store)
        }
        try await self.removeSourceSnapshot(of: record, key: key, cluster: store.io.cluster)
        try self.hook.reached("tidy.removed")
        try await self.discardDataKey(of: record, io: store.io)
        try await self.ledger(course: record.course, io: store.io).release(key, student: record.student)
        // A volume whose archive it was to be is its course's again.
        if let archive = record.archive { try await self.release(archive, on: store.io.cluster) }
        guard try await store.remove(mine, at: key) else { return }
        self.logger.info("A creation that nobody retried was taken back", metadata: record.logMetadata)
    }
}
