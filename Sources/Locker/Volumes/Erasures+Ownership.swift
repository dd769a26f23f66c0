// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import RBD
internal import Rados
internal import Synchronization

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
        // Owned by this call, which ends it but does not wait for it: one more renewal finds the record gone or changed,
        // and a sleep whose cancellation were lost would keep this erasure's place for ever.
        let latest = Latest(mine)
        let renewing = Task { await self.renew(latest, job: job, store: store) }
        defer { renewing.cancel() }
        do {
            try await body()
        } catch {
            renewing.cancel()
            await self.letGo(latest.value.withLock { $0 }, job: job, store: store)
            throw error
        }
    }

    /// The record of an erasure as it was written last.
    private final class Latest: Sendable {
        let value: Mutex<Stored<VolumeRecord>>

        init(_ value: Stored<VolumeRecord>) {
            self.value = Mutex(value)
        }
    }

    /// Renews the step until it is cancelled.
    private func renew(_ latest: Latest, job: Job, store: RecordStore) async {
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: Self.renewal)
                let mine = latest.value.withLock { $0 }
                var record = mine.value
                record.step = self.ownership.step(on: store.io.cluster)
                // Lost only to a controller that has fenced this one: the removal then fails by itself.
                guard !Task.isCancelled,
                    let next = try await store.putErasure(record, at: job.key, replacing: mine)
                else { return }
                latest.value.withLock { $0 = next }
            } catch is CancellationError {
                return
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
