// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Who has a volume, by its record, that is being archived: no node gets it meanwhile.
    static let archivist = "lockerctl term end"

    /// Copies a volume of a course into another pool, and keeps nodes from it until it is deleted.
    ///
    /// A repeat compares a copy that is whole already with the volume once more: it may have been used in between.
    ///
    /// - Parameters:
    ///   - record: the volume's, as it was listed.
    ///   - key: where it is.
    ///   - place: its pool and namespace.
    /// - Returns: the archive's record.
    /// - Throws: ``LockerError``: `failedPrecondition` for a volume that is in use, or whose key cannot be opened;
    ///   `resourceExhausted` if the pool is full; `aborted` while somebody else is at it. Nothing is lost then: the volume
    ///   is as it was.
    func archive(
        _ record: VolumeRecord,
        at key: RecordKey,
        in place: IOContext,
        by order: ArchiveOrder,
        target: ClusterTarget
    ) async throws -> VolumeRecord {
        try await self.mutating(target, could: "archive volume \"\(record.requestName)\"") { cluster in
            let io = try await cluster.ioContext(poolID: place.poolID, namespace: place.namespace)
            let store = try await self.archiveStore(for: record, in: io, by: order)
            guard let source = try await RecordStore.open(io, layouts: self.layouts, creating: false),
                let found = try await source.volume(key)?.value, found.imageID == record.imageID
            else { throw LockerError(.aborted, "it is gone, or being erased") }
            let archiveKey = self.recordKey(named: Self.archiveName(of: found.imageID, in: io))
            guard found.phase != .deleting else {
                // An earlier call has archived it, or somebody else deletes it.
                guard let archive = try await store.volume(archiveKey)?.value, archive.phase == .ready else {
                    throw LockerError(.aborted, "it is being deleted, and was not archived")
                }
                return archive
            }
            try Self.checkArchivable(found)
            let transfer = VolumeTransfer(
                volumes: self,
                original: found,
                originalKey: key,
                source: source,
                wanted: self.archiveRecord(of: found, at: archiveKey, from: io, in: store.io, until: order.keepUntil),
                key: archiveKey,
                target: store,
                options: ImageOptions(),
                keeper: order.keeper
            )
            do {
                let (archive, isNew) = try await transfer.run { try await self.claim(found, at: key, in: source) }
                guard !isNew else { return archive }
                try await self.claim(found, at: key, in: source)
                return try await self.renew(archive, of: transfer, until: order.keepUntil, target: target)
            } catch  where VolumeTransfer.isFinal(error) {
                try await self.release(found, at: key, in: source)
                throw error
            }
        }
    }

    /// Compares an archive that was there already with its volume.
    private func renew(
        _ archive: VolumeRecord,
        of transfer: VolumeTransfer,
        until date: Int64,
        target: ClusterTarget
    ) async throws -> VolumeRecord {
        let store = transfer.target
        do {
            let size = try await transfer.source.io.imageSize(imageID: transfer.original.imageID)
            _ = try await transfer.compare(with: archive.imageID, size: size)
        } catch let error as LockerError where error.code == .internal {
            let location = VolumeLocation(clusterID: "", target: target)
            let stale = try self.describe(archive, key: transfer.key, location: location, io: store.io)
            try await self.delete(stale.handle, at: location, candidates: [store.io.namespace])
            throw LockerError(
                .aborted,
                "it was used since it was archived; the archive of then is being erased, and a repeat makes another one"
            )
        }
        for _ in 0..<16 {
            guard let found = try await store.volume(transfer.key), found.value.phase == .ready else { break }
            var record = found.value
            record.archive?.keepUntil = date
            if let kept = try await store.put(record, at: transfer.key, replacing: found) { return kept.value }
        }
        throw LockerError(.aborted, "the archive is changed by several at once; try again")
    }

    private static func checkArchivable(_ record: VolumeRecord) throws(LockerError) {
        guard record.phase == .ready else {
            throw LockerError(.aborted, "it is being made just now; repeat this when it is, or is given up")
        }
        let nodes = record.attachments.map(\.nodeID).filter { $0 != Self.archivist }
        guard nodes.isEmpty else {
            throw LockerError(.failedPrecondition, "it is attached to node \(nodes[0]); end its pod first")
        }
        guard record.archive == nil else {
            throw LockerError(.failedPrecondition, "it is an archive itself; see lockerctl archive list")
        }
    }

    /// The name of the request that a volume's archive is recorded under.
    static func archiveName(of imageID: String, in io: IOContext) -> String { "archive-\(io.poolID)-\(imageID)" }

    /// The records of the archives of a course, in the namespace that the course has where it is.
    private func archiveStore(for record: VolumeRecord, in io: IOContext, by order: ArchiveOrder) async throws
        -> RecordStore
    {
        let place = try await self.context(io.cluster, pool: order.pool, namespace: io.namespace)
        guard place.poolID != io.poolID else {
            throw LockerError(.invalidArgument, "the course is in pool \(order.pool); it is archived into another one")
        }
        if !place.namespace.isEmpty {
            let main = try await io.cluster.ioContext(poolID: place.poolID)
            if try await !main.namespaceExists(place.namespace) { try await self.makeNamespace(place) }
        }
        try await self.namespaces.register(course: record.course, io: place, clock: self.clock)
        guard
            let store = try await RecordStore.open(place, layouts: self.layouts, creating: true, clock: self.clock)
        else { throw LockerError(.internal, "\(place.path(LayoutCache.object)) vanished after it was written") }
        return store
    }

    /// The record of a volume's archive, as it begins.
    private func archiveRecord(
        of record: VolumeRecord,
        at key: RecordKey,
        from io: IOContext,
        in place: IOContext,
        until date: Int64
    ) -> VolumeRecord {
        var archive = self.copyRecord(
            of: record,
            named: Self.archiveName(of: record.imageID, in: io),
            at: key,
            in: place
        )
        archive.archive = Archive(
            poolID: io.poolID,
            radosNamespace: io.namespace,
            imageID: record.imageID,
            requestName: record.requestName,
            createdAt: record.createdAt,
            keepUntil: date
        )
        return archive
    }

    /// The record of a copy that is whole in itself: what is of the image and of its life is a new one's.
    func copyRecord(of record: VolumeRecord, named name: String, at key: RecordKey, in io: IOContext) -> VolumeRecord {
        var copy = record
        copy.requestName = name
        copy.source = nil
        (copy.cloneDepth, copy.flatten) = (0, false)
        (copy.imageName, copy.imageID) = (key.imageName, "")
        (copy.poolID, copy.radosNamespace) = (io.poolID, io.namespace)
        (copy.dataPool, copy.dataPoolID) = ("", 0)
        copy.handleKey = UInt32(self.keys.signing)
        copy.attachments = []
        (copy.dataKeyID, copy.wrappingKeyID) = (record.encryption == .plain ? "" : Self.newDataKeyID(), "")
        (copy.createdAt, copy.readyAt, copy.resizedAt) = (self.clock.milliseconds, 0, 0)
        (copy.deletingAt, copy.keyDestroyedAt, copy.trashedAt) = (0, 0, 0)
        (copy.erasure, copy.wrappingKeys) = (nil, [])
        return copy
    }
}
