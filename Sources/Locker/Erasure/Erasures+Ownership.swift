// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage

extension Erasures {
    /// Removes while the record says that it is this controller who does, and lets go of it at the end: done or not.
    ///
    /// The record gets the plan with the first step, while the image's header is still there to tell it.
    ///
    /// - Parameter body: removes the image; given the record as it is then.
    /// - Throws: ``LockerError`` with `aborted` while another controller is at it.
    func whileOwning(
        _ found: Stored<VolumeRecord>,
        job: Job,
        store: RecordStore,
        _ body: (VolumeRecord) async throws -> Void
    ) async throws {
        let cluster = store.io.cluster
        try await self.ownership.claim(found.value, what: "erased", on: cluster)
        var record = found.value
        record.step = self.ownership.step(on: cluster)
        var progress = record.erasure ?? ErasureProgress()
        if progress.plan == nil { progress.plan = try await self.plan(record, io: store.io) }
        progress.waitingFor = ""
        record.erasure = progress
        guard let mine = try await store.putErasure(record, at: job.key, replacing: found) else {
            throw LockerError(.aborted, "the erasure of image \(job.imageID) was begun by another controller just now")
        }
        // Owned by this call, which ends it but does not wait for it: one more renewal finds the record gone or changed,
        // and a sleep whose cancellation were lost would keep this erasure's place for ever.
        let renewal = StepRenewal(mine, by: self.ownership, on: cluster) {
            try await store.putErasure($0, at: job.key, replacing: $1)
        } failed: { _, error in
            self.logger.warning(
                "An erasure could not say that it goes on",
                metadata: ["rbd.image.id": "\(job.imageID)", "error": "\(error)"]
            )
        }
        let renewing = Task { await renewal.renew() }
        defer { renewing.cancel() }
        try await body(record)
        renewing.cancel()
        // Nothing that another controller could disturb is left to do.
        let isNoted = try await self.change(job, store: store) { record in
            record.step = nil
            record.erasure?.removedAt = self.ownership.clock.milliseconds
            record.erasure?.failure = ""
        }
        guard isNoted else {
            throw LockerError(.aborted, "the erasure of image \(job.imageID) was taken over by another controller")
        }
    }

    /// Changes the record of an erasure that is this controller's or nobody's, however often a renewal comes between.
    ///
    /// - Returns: `false` if it is another controller's, or gone.
    private func change(
        _ job: Job,
        store: RecordStore,
        _ body: (inout VolumeRecord) -> Void
    ) async throws -> Bool {
        while let found = try await store.erasure(of: job.key, imageID: job.imageID) {
            let owner = found.value.step?.owner?.address ?? store.io.cluster.instanceAddress
            guard owner == store.io.cluster.instanceAddress else { return false }
            var record = found.value
            body(&record)
            if record == found.value { return true }
            if try await store.putErasure(record, at: job.key, replacing: found) != nil { return true }
        }
        return false
    }

    /// Leaves an erasure that did not finish to whoever tries next, and in its record why, for `lockerctl erasure list`.
    func note(_ error: any Error, job: Job, store: RecordStore) async {
        do {
            _ = try await self.change(job, store: store) { record in
                record.step = nil
                var progress = record.erasure ?? ErasureProgress()
                progress.waitingFor = ""
                switch error {
                case let wait as ErasureWait:
                    progress.waitingFor = "\(wait)"
                case let error as CephError where error.code == .directoryNotEmpty:
                    progress.waitingFor = "clones of its image, which need its data"
                case let error as LockerError where error.code == .aborted:
                    progress.waitingFor = Self.short(error.message)
                default:
                    progress.failures += 1
                    progress.failure = Self.short((error as? LockerError)?.message ?? "\(error)")
                    progress.failedAt = self.ownership.clock.milliseconds
                }
                record.erasure = progress
            }
        } catch {
            // Then they wait until the step is old.
            self.logger.debug(
                "An erasure that failed could not be let go",
                metadata: ["rbd.image.id": "\(job.imageID)", "error": "\(error)"]
            )
        }
    }

    /// A text that does not fill a record.
    private static func short(_ text: String) -> String {
        text.utf8.count <= 240 ? text : "\(text.prefix(200))…"
    }

    /// Whether somebody has asked for an erasure to be tried, by its record.
    func isWanted(_ job: Job, since time: Int64) async -> Bool {
        do {
            let lease = try await self.clusters.cluster(for: job.target)
            let io = try await lease.cluster.ioContext(pool: job.pool, namespace: job.namespace)
            guard let store = try await RecordStore.open(io, layouts: self.layouts, creating: false) else {
                return true
            }
            // Gone: another controller has done it.
            guard let found = try await store.erasure(of: job.key, imageID: job.imageID) else { return true }
            return found.value.erasure?.retryAt ?? 0 >= time
        } catch {
            return false  // the next glance tells
        }
    }
}
