// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import RBD
internal import Rados

extension Erasures {
    /// How often the record tells that the erasure goes on: a few times in what others wait for.
    private static let renewal = Duration.seconds(5)

    /// Erases while the record says that it is this controller who does, and lets go of it when that fails.
    ///
    /// - Throws: ``LockerError`` with `aborted` while another controller is at it.
    func whileOwning(
        _ found: Stored<VolumeRecord>,
        job: Job,
        store: RecordStore,
        _ body: () async throws -> Void
    ) async throws {
        let cluster = store.io.cluster
        try await self.ownership.claim(found.value, what: "erased", on: cluster)
        var record = found.value
        record.step = self.ownership.step(on: cluster)
        guard let mine = try await store.putErasure(record, at: job.key, replacing: found) else {
            throw LockerError(.aborted, "the erasure of image \(job.imageID) was begun by another controller just now")
        }
        let renewing = Task { await self.renew(mine, job: job, store: store) }
        do {
            try await body()
        } catch {
            renewing.cancel()
            await self.letGo(await renewing.value, job: job, store: store)
            throw error
        }
        renewing.cancel()
        _ = await renewing.value
    }

    /// Renews the step until it is cancelled.
    ///
    /// - Returns: the record as it is now.
    private func renew(_ mine: Stored<VolumeRecord>, job: Job, store: RecordStore) async -> Stored<VolumeRecord> {
        var mine = mine
        while true {
            do {
                try await Task.sleep(for: Self.renewal)
            } catch {
                return mine
            }
            var record = mine.value
            record.step = self.ownership.step(on: store.io.cluster)
            do {
                // Lost only to a controller that has fenced this one: the removal then fails by itself.
                guard let next = try await store.putErasure(record, at: job.key, replacing: mine) else { return mine }
                mine = next
            } catch {
                self.logger.warning(
                    "An erasure could not say that it goes on",
                    metadata: ["rbd.image.id": "\(job.imageID)", "error": "\(error)"]
                )
            }
        }
    }

    /// Leaves an erasure that failed to whoever tries next.
    private func letGo(_ mine: Stored<VolumeRecord>, job: Job, store: RecordStore) async {
        var record = mine.value
        record.step = nil
        do {
            _ = try await store.putErasure(record, at: job.key, replacing: mine)
        } catch {
            // Then they wait until the step is old.
            self.logger.debug(
                "An erasure that failed could not be let go",
                metadata: ["rbd.image.id": "\(job.imageID)", "error": "\(error)"]
            )
        }
    }
}
