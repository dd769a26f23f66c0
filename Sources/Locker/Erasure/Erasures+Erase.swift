// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage

extension Erasures {
    /// Removes an image's data, makes sure that they are gone, and then puts a receipt in the place of its record.
    ///
    /// - Returns: whether there was anything to erase, and nobody else wrote the receipt.
    /// - Throws: `CephError` with `ENOTEMPTY` while clones need it; ``LockerError`` with `aborted` while another
    ///   controller is at it; ``ErasureWait`` while OSDs trim; any failure after which it can be repeated.
    func erase(_ job: Job) async throws -> Bool {
        let lease = try await self.clusters.cluster(for: job.target)
        do {
            let io = try await lease.cluster.ioContext(pool: job.pool, namespace: job.namespace)
            guard let store = try await RecordStore.open(io, layouts: self.layouts, creating: false),
                let found = try await store.erasure(of: job.key, imageID: job.imageID)
            else { return false }
            do {
                guard try await self.erase(found, job: job, store: store) else { return false }
            } catch {
                await self.note(error, job: job, store: store)
                throw error
            }
        } catch let error as CephError where error.code == .socketShutdown {
            // Another controller took this one for dead.
            lease.discard()
            throw error
        }
        try self.hook.reached("erase.recorded")
        self.logger.info(
            "Volume's data removed",
            metadata: ["rbd.pool": "\(job.pool)", "rbd.image.id": "\(job.imageID)"]
        )
        return true
    }

    private func erase(_ found: Stored<VolumeRecord>, job: Job, store: RecordStore) async throws -> Bool {
        // What was removed and failed to prove it is removed again; what only waited for OSDs to trim is not.
        let progress = found.value.erasure
        if progress?.removedAt ?? 0 == 0 || !(progress?.failure ?? "").isEmpty {
            try await self.requireNoClones(job, io: store.io)
            try await self.whileOwning(found, job: job, store: store) { record in
                try await self.remove(record, job: job, io: store.io)
            }
            try self.hook.reached("erase.noted")
        }
        self.endRemoval(job)
        return try await self.verify(job, store: store)
    }

    /// What there is of an image, for the record of its erasure.
    ///
    /// - Returns: a plan without numbers if its header is gone already, as an older version left it.
    func plan(_ record: VolumeRecord, io: IOContext) async throws -> ErasurePlan {
        var plan = ErasurePlan(dataPoolID: record.dataPoolID > 0 ? record.dataPoolID : io.poolID)
        do {
            let anatomy = try await io.anatomy(imageID: record.imageID)
            plan.objectPrefix = anatomy.objectPrefix
            plan.dataPoolID = anatomy.dataPoolID ?? io.poolID
            plan.possibleObjects = anatomy.possibleObjects
            plan.existingObjects = anatomy.existingObjects ?? 0
            plan.objectsCounted = anatomy.existingObjects != nil
            plan.hadSnapshots = anatomy.hadSnapshots
            plan.snapshotIDs = anatomy.snapshotIDs.map(ImageAnatomy.digits)
            if let parent = anatomy.parent {
                plan.parentPoolID = parent.poolID
                plan.parentNamespace = parent.namespace
                plan.parentImageID = parent.imageID
                plan.parentSnapshotID = parent.snapshotID
            }
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            // In another pool the name of an object has the header's pool in it.
            let isElsewhere = plan.dataPoolID != io.poolID
            plan.objectPrefix = isElsewhere ? "rbd_data.\(io.poolID).\(record.imageID)" : "rbd_data.\(record.imageID)"
            plan.hadSnapshots = true
        }
        return plan
    }

    private func remove(_ record: VolumeRecord, job: Job, io: IOContext) async throws {
        try self.hook.reached("erase.planned")
        do {
            if try await io.purge(id: job.imageID) {
                self.logger.notice(
                    "Volume's image was watched by nobody, as a killed client leaves it, and is removed nevertheless",
                    metadata: ["rbd.pool": "\(job.pool)", "rbd.image.id": "\(job.imageID)"]
                )
            }
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            // Removed by an earlier attempt; what follows makes sure of it.
        }
        if record.erasure?.removedAt ?? 0 > 0 { try await self.removeStrays(record, io: io) }
        try self.hook.reached("erase.removed")
    }

    /// A few requests instead of the many of a removal that librbd would refuse.
    ///
    /// A snapshot in the image's trash goes with its last clone, by whoever removes that; but librbd leaves it without a
    /// word when it cannot change the image at that moment, or is killed. So what no clone needs is removed here, once it
    /// is still there at the next look: at the first, somebody may be about to remove it, and would make the image's
    /// header anew by locking it after it was removed.
    private func requireNoClones(_ job: Job, io: IOContext) async throws {
        do {
            // One that has clones is answer enough, and the newest are asked for first.
            var uses = try await io.snapshotUses(imageID: job.imageID) { $0.clones > 0 }
            let unneeded = uses.filter { $0.isInTrash && $0.clones == 0 }
            if uses.last?.clones ?? 0 == 0, self.suspect(job, !unneeded.isEmpty), !unneeded.isEmpty {
                try await io.withImage(.id(job.imageID), readOnly: false) { image in
                    for snapshot in unneeded {
                        do {
                            try image.removeSnapshot(id: snapshot.id)
                        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                            // Whoever removed the last clone was only slow.
                        }
                    }
                }
                uses.removeAll(where: unneeded.contains)
            }
            guard !uses.isEmpty else { return }
            // One that was begun before the deletion and is being taken back: soon gone, by nothing that is told here.
            guard uses.contains(where: { $0.clones > 0 }) else {
                throw LockerError(.aborted, "image \(io.path("id:\(job.imageID)")) has a snapshot that no clone needs")
            }
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return
        }
        throw CephError(call: "rbd.get_snapcontext", code: .directoryNotEmpty, object: io.path("id:\(job.imageID)"))
    }
}
