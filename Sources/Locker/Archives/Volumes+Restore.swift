// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import RBD
internal import Rados

extension Volumes {
    /// Deletes the archives whose time is over; their data go in the background, as any volume's.
    func eraseArchives(past now: Int64, in store: RecordStore, target: ClusterTarget) async throws {
        var past: [(RecordKey, VolumeRecord)] = []
        try await store.forEach(of: VolumeRecord.self, prefix: VolumeRecord.prefix) { name, stored in
            let record = stored.value
            guard let archive = record.archive, [.ready, .deleting].contains(record.phase), archive.keepUntil <= now,
                !record.imageID.isEmpty, let key = RecordKey(hex: name.dropFirst(VolumeRecord.prefix.count)),
                key == self.recordKey(named: record.requestName)
            else { return }
            past.append((key, record))
        }
        for (key, record) in past {
            do {
                try await self.eraseArchive(record, at: key, in: store, target: target)
                self.logger.info("An archive whose time is over is erased", metadata: record.logMetadata)
            } catch let error as LockerError where [.failedPrecondition, .aborted].contains(error.code) {
                // Somebody reads it just now, or another controller is at it: the next round comes in an hour.
                var metadata = record.logMetadata
                metadata["error"] = "\(error.message)"
                self.logger.info("An archive whose time is over cannot be erased yet", metadata: metadata)
            }
        }
    }

    /// Deletes an archive, whatever its time; one that is half made is taken back, and its volume given back to its course.
    func eraseArchive(
        _ record: VolumeRecord,
        at key: RecordKey,
        in store: RecordStore,
        target: ClusterTarget
    ) async throws {
        guard !record.imageID.isEmpty else {
            guard let found = try await store.volume(key), found.value.imageID.isEmpty else { return }
            return try await self.takeBack(found, key: key, store: store)
        }
        let location = VolumeLocation(clusterID: "", target: target)
        let description = try self.describe(record, key: key, location: location, io: store.io)
        try await self.delete(description.handle, at: location, candidates: [store.io.namespace])
    }

    /// Makes a volume of what an archive holds, in the pool and namespace that it was archived from, for the same student.
    ///
    /// It gets a filesystem's UUID of its own at its first mount, and the archive stays. A repeat finds the volume.
    ///
    /// - Parameters:
    ///   - record: the archive's.
    ///   - key: where that is.
    ///   - archives: its pool and namespace.
    ///   - name: what the volume is to be called, as CreateVolume would.
    ///   - keeper: who has the course's key-encryption keys, for an encrypted one.
    func restore(
        _ record: VolumeRecord,
        at key: RecordKey,
        in archives: IOContext,
        as name: String,
        keeper: (any KeyKeeper)?,
        at location: VolumeLocation
    ) async throws -> VolumeDescription {
        try await self.mutating(location.target, could: "restore archive \(record.imageID)") { cluster in
            guard let archive = record.archive, record.phase == .ready else {
                throw LockerError(.failedPrecondition, "archive \(record.imageID) is not whole, or being erased")
            }
            let io = try await cluster.ioContext(poolID: archive.poolID, namespace: archive.radosNamespace)
            let place = try await cluster.ioContext(poolID: archives.poolID, namespace: archives.namespace)
            guard let source = try await RecordStore.open(place, layouts: self.layouts, creating: false),
                let target = try await RecordStore.open(io, layouts: self.layouts, creating: true, clock: self.clock)
            else { throw LockerError(.notFound, "archive \(record.imageID) is gone") }
            let newKey = self.recordKey(named: name)
            let dataPool = record.parameters["dataPool"] ?? ""
            var wanted = self.copyRecord(of: record, named: name, at: newKey, in: io)
            wanted.source = Source(archiveImageID: record.imageID)
            wanted.archive = nil
            wanted.dataPool = dataPool
            if wanted.filesystem?.state == .formatted { wanted.filesystem?.uuidInherited = true }
            let transfer = VolumeTransfer(
                volumes: self,
                original: record,
                originalKey: key,
                source: source,
                wanted: wanted,
                key: newKey,
                target: target,
                options: ImageOptions(dataPool: dataPool.isEmpty ? nil : dataPool),
                keeper: keeper
            )
            let (restored, isNew) = try await transfer.run {}
            guard isNew || restored.source == wanted.source else {
                throw LockerError(.alreadyExists, "there is another volume \"\(name)\" already; say another name")
            }
            if isNew {
                try await self.limitNew(restored, io: io)
                self.leaveCourtesyCopy(of: restored, io: io)
            }
            return try self.describe(restored, key: newKey, location: location, io: io)
        }
    }
}
