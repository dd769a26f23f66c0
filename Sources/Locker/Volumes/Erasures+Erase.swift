// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage

extension Erasures {
    /// Removes an image's data, makes sure that they are gone, and then its record.
    ///
    /// - Throws: `CephError` with `ENOTEMPTY` while clones need it; ``LockerError`` with `aborted` while another
    ///   controller is at it; any failure after which it can be repeated.
    func erase(_ job: Job) async throws {
        let lease = try await self.clusters.cluster(for: job.target)
        do {
            let io = try await lease.cluster.ioContext(pool: job.pool, namespace: job.namespace)
            guard let store = try await RecordStore.open(io, layouts: self.layouts, creating: false),
                let found = try await store.erasure(of: job.key, imageID: job.imageID)
            else { return }
            try await self.requireNoClones(job, io: io)
            try await self.whileOwning(found, job: job, store: store) { try await self.remove(job, io: io) }
            try await store.removeErasure(imageID: job.imageID, at: job.key)
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
    }

    private func remove(_ job: Job, io: IOContext) async throws {
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
        try self.hook.reached("erase.removed")
        if try await io.trashEntry(id: job.imageID) != nil {
            throw LockerError(.internal, "the trash still lists image \(job.imageID) after its removal")
        }
        guard try await !self.isThere(job, io: io) else {
            throw LockerError(.internal, "the header of image \(job.imageID) is still there after its removal")
        }
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

    private func isThere(_ job: Job, io: IOContext) async throws -> Bool {
        do {
            _ = try await io.imageSize(imageID: job.imageID)
            return true
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return false
        }
    }
}
