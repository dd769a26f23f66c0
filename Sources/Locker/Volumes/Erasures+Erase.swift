// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage

extension Erasures {
    /// Removes an image's data, makes sure that they are gone, and then its record.
    ///
    /// - Throws: `CephError` with `ENOTEMPTY` while clones need it; any failure after which it can be repeated.
    func erase(_ job: Job) async throws {
        let lease = try await self.clusters.cluster(for: job.target)
        let io = try await lease.cluster.ioContext(pool: job.pool, namespace: job.namespace)
        try await self.requireNoClones(job, io: io)
        do {
            try await io.removeFromTrash(id: job.imageID, force: true)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            // Removed by an earlier attempt; what follows makes sure of it.
        }
        try self.hook.reached("erase.removed")
        if try await io.trashEntry(id: job.imageID) != nil {
            throw LockerError(.internal, "the trash still lists image \(job.imageID) after its removal")
        }
        do {
            _ = try await io.imageSize(imageID: job.imageID)
            throw LockerError(.internal, "the header of image \(job.imageID) is still there after its removal")
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            // As it should be.
        }
        guard let store = try await RecordStore.open(io, layouts: self.layouts, creating: false) else { return }
        try await store.removeErasure(imageID: job.imageID, at: job.key)
        try self.hook.reached("erase.recorded")
        self.logger.info(
            "Volume's data removed",
            metadata: ["rbd.pool": "\(job.pool)", "rbd.image.id": "\(job.imageID)"]
        )
    }

    /// One request instead of the many of a removal that librbd would refuse.
    private func requireNoClones(_ job: Job, io: IOContext) async throws {
        do {
            guard try await io.snapshotCount(imageID: job.imageID) > 0 else { return }
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return
        }
        throw CephError(call: "rbd.get_snapcontext", code: .directoryNotEmpty, object: io.path("id:\(job.imageID)"))
    }
}
