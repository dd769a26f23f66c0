// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Removes a volume: answered once its image is in the trash, its name free and its bytes given back to the
    /// student; the data goes in the background.
    ///
    /// Marked, unreadable if it is encrypted, to the trash, out of the ledger, out of sight: whatever moment the process dies at, the retry goes on
    /// from there. A volume that does not exist is removed already.
    ///
    /// - Parameters:
    ///   - handle: a verified handle.
    ///   - location: the cluster and user.
    ///   - candidates: RADOS namespaces to try first.
    /// - Throws: ``LockerError``: `failedPrecondition` while it is attached, open or has snapshots, `aborted` while
    ///   another controller works on it.
    package func delete(
        _ handle: VolumeHandle,
        at location: VolumeLocation,
        candidates: [String]
    ) async throws {
        try await self.mutating(location.target, could: "delete volume \(handle.text)") { cluster in
            guard let place = try await self.place(of: handle, on: cluster, candidates: candidates) else { return }
            for _ in 0..<16 where try await self.attempt(handle, at: place, location: location) { return }
            throw LockerError(.aborted, "volume \(handle.text) is changed by several at once; try again")
        }
    }

    /// One look at the record and what follows from it; `false` if it changed meanwhile.
    private func attempt(_ handle: VolumeHandle, at place: Place, location: VolumeLocation) async throws -> Bool {
        guard let found = try await place.store.volume(place.key) else { return true }
        var record = found.value
        switch record.phase {
        case .creating:
            // A handle is only given for a volume that was ready, so this is a later volume of the same name.
            return true
        case .deleting:
            guard record.imageID == handle.imageID else { return true }
            try await self.ownership.claim(record, what: "deleted", on: place.io.cluster)
        default:
            guard record.imageID == handle.imageID else { return true }
            try Self.checkNotAttached(record)
            // A refusal that is known already changes nothing, however often it is asked for.
            if let refusal = try await self.snapshotRefusal(of: record, store: place.store) { throw refusal }
            record.phase = .deleting
            record.deletingAt = self.clock.milliseconds
        }
        record.step = self.ownership.step(on: place.io.cluster)
        guard var mine = try await place.store.put(record, at: place.key, replacing: found) else { return false }
        try self.hook.reached("delete.marked")
        // Counted once the mark is there, which whoever takes a snapshot looks for afterwards: one sees the other.
        if let refusal = try await self.snapshotRefusal(of: mine.value, store: place.store) {
            record.phase = .ready
            record.step = nil
            record.deletingAt = 0
            guard try await place.store.put(record, at: place.key, replacing: mine) != nil else { return false }
            throw refusal
        }
        await self.flattenings.stop(imageID: record.imageID)
        try await RepairSnapshots.removeAll(of: record.imageID, in: place.io)
        guard let unreadable = try await self.destroyKey(of: mine, at: place) else { return false }
        mine = unreadable
        try await self.moveToTrash(mine.value, io: place.io)
        try self.hook.reached("delete.trashed")
        try await self.ledger(course: record.course, io: place.io).release(place.key, student: record.student)
        try self.hook.reached("delete.released")
        var erasing = mine.value
        erasing.phase = .erasing
        erasing.step = nil
        erasing.trashedAt = self.clock.milliseconds
        guard try await place.store.moveToErasure(erasing, replacing: mine, at: place.key) else { return false }
        try self.hook.reached("delete.moved")
        self.logger.info("Volume deleted, its data goes in the background", metadata: record.logMetadata)
        await self.erasures.add(
            Erasures.Job(
                target: location.target,
                pool: place.io.poolName,
                namespace: place.io.namespace,
                key: place.key,
                imageID: record.imageID
            ),
            deletedAt: record.deletingAt
        )
        return true
    }

    private static func checkNotAttached(_ record: VolumeRecord) throws(LockerError) {
        guard let attachment = record.attachments.first else { return }
        throw LockerError(
            .failedPrecondition,
            "volume \"\(record.requestName)\" is attached to node \(attachment.nodeID); unpublish it there first"
        )
    }

    private func moveToTrash(_ record: VolumeRecord, io: IOContext) async throws {
        do {
            try await io.moveImageToTrash(record.imageName)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            if try await io.trashEntry(id: record.imageID) != nil { return }
            // Neither under its name nor in the trash: gone, unless somebody has renamed it.
            do {
                _ = try await io.imageSize(imageID: record.imageID)
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                return
            }
            throw LockerError(
                .failedPrecondition,
                "image \(io.path(record.imageName)) (id \(record.imageID)) has another name now; give it its own back",
                cause: error
            )
        } catch let error as CephError where error.code == .resourceBusy {
            let clients = (try? await self.watchers(of: record, io: io)) ?? []
            throw Self.stillOpen(record, at: clients, io: io, cause: error)
        }
    }
}
