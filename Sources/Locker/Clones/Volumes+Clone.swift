// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// A volume that is being made from another one or from a snapshot.
    struct CloneWork: Sendable {
        let request: VolumeRequest
        let source: VolumeSource
        let key: RecordKey
        let store: RecordStore
        let location: VolumeLocation
        /// The new volume's, if its data are to be encrypted.
        let dataKey: DataEncryptionKey?

        var cluster: Cluster { self.store.io.cluster }
        /// RADOS namespaces to try first for the source.
        var candidates: [String] { [self.store.io.namespace] }
    }

    /// Makes the image of a volume that is a copy, up to its size: its record is there and counted.
    ///
    /// Snapshot of the source, clone, the snapshot removed (it lives on in the source's trash until the clone is
    /// independent), grown: whatever moment the process dies at, the retry goes on from there.
    ///
    /// - Parameter mine: the record, in its creation.
    /// - Returns: the record as it is now; `nil` if somebody else has changed it meanwhile.
    /// - Throws: ``LockerError`` of a source that cannot be copied; everything is taken back then.
    func makeClone(_ work: CloneWork, mine: Stored<VolumeRecord>) async throws -> Stored<VolumeRecord>? {
        var mine = mine
        do {
            return try await self.cloned(work, mine: &mine) ? mine : nil
        } catch let error as LockerError where Self.refusals.contains(error.code) {
            try await self.takeBackClone(mine, key: work.key, store: work.store, candidates: work.candidates)
            throw error
        } catch let error as CephError where !error.isAmbiguous {
            try await self.takeBackClone(mine, key: work.key, store: work.store, candidates: work.candidates)
            throw LockerError(error, could: "make volume \"\(work.request.name)\" from \(work.source.label)")
        }
    }

    /// What a retry of the same request meets again.
    private static let refusals: [LockerError.Code] = [
        .notFound, .invalidArgument, .outOfRange, .permissionDenied, .failedPrecondition, .resourceExhausted,
    ]

    /// - Returns: `false` if somebody else has changed the record meanwhile.
    private func cloned(_ work: CloneWork, mine: inout Stored<VolumeRecord>) async throws -> Bool {
        let io = work.store.io
        guard try await self.copy(work, mine: &mine) else { return false }
        try self.hook.reached("clone.made")
        let imageID = try await io.imageID(named: mine.value.imageName)
        try await self.removeSourceSnapshot(of: mine.value, key: work.key, cluster: work.cluster, work.candidates)
        try self.hook.reached("clone.freed")
        try await self.forgetSourceMetadata(imageID: imageID, io: io)
        return try await self.fit(work, mine: &mine, imageID: imageID)
    }

    /// Clones the source's snapshot; of a volume one is taken first.
    ///
    /// What the copy holds of filesystems is in the new record before the snapshot is taken, and looked at again
    /// afterwards: a snapshot that a mkfs began or ended around is taken anew.
    private func copy(_ work: CloneWork, mine: inout Stored<VolumeRecord>) async throws -> Bool {
        var origin = try await self.origin(work)
        if mine.value.isLayered, let snapshot = origin.snapshotName {
            try await self.layer(origin, snapshot: snapshot, work: work)
            return true
        }
        if work.dataKey != nil, let snapshot = origin.snapshotName {
            try await self.copyEncrypted(origin, snapshot: snapshot, work: work)
            return true
        }
        if let part = origin.partID {
            try await self.copyPart(
                CopiedSnapshot(io: origin.io, imageID: origin.imageID, snapshotID: part),
                key: work.key,
                store: work.store,
                options: work.request.parameters.image
            )
            return true
        }
        if let snapshot = origin.snapshotName {
            try await self.clone(origin, snapshot: snapshot, work: work)
            return true
        }
        let name = mine.value.imageName
        while true {
            try await self.snapshots.make(.take(name), imageID: origin.imageID, io: origin.io)
            try self.hook.reached("clone.snapped")
            origin = try await self.origin(work)
            if mine.value.filesystem == origin.inherited { break }
            try await self.snapshots.make(.remove(name), imageID: origin.imageID, io: origin.io)
            var record = mine.value
            record.filesystem = origin.inherited
            guard try await self.put(record, work, &mine) else { return false }
        }
        if work.dataKey != nil {
            try await self.copyEncrypted(origin, snapshot: name, work: work)
        } else {
            try await self.clone(origin, snapshot: name, work: work)
        }
        return true
    }

    /// librbd copies the source's metadata: whose it is, which is written anew after the answer, and how fast it may be,
    /// which the copy's own request says.
    private func forgetSourceMetadata(imageID: String, io: IOContext) async throws {
        let keys = try await io.metadataKeys(imageID: imageID)
        let inherited = keys.filter { $0.hasPrefix("locker.") || $0.hasPrefix("conf_") }
        if !inherited.isEmpty { try await io.removeMetadata(inherited, imageID: imageID) }
    }

    private func put(_ record: VolumeRecord, _ work: CloneWork, _ mine: inout Stored<VolumeRecord>) async throws -> Bool
    {
        guard let stored = try await work.store.put(record, at: work.key, replacing: mine) else { return false }
        mine = stored
        return true
    }

    private func origin(_ work: CloneWork) async throws -> CloneOrigin {
        guard let origin = try await self.origin(of: work.request, on: work.store.io, location: work.location) else {
            throw LockerError(.internal, "volume \"\(work.request.name)\" has no source")
        }
        return origin
    }

    private func clone(_ origin: CloneOrigin, snapshot: String, work: CloneWork) async throws {
        do {
            try await self.cloneImage(origin.imageName, snapshot: snapshot, in: origin.io, work: work)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            throw try await self.cannotClone(origin, work: work, cause: error)
        }
    }

    /// The failure of a clone for something that is not there.
    ///
    /// - Throws: ``LockerError`` if that is the source.
    func cannotClone(_ origin: CloneOrigin, work: CloneWork, cause: CephError) async throws -> LockerError {
        _ = try await self.origin(work)
        let pool = work.request.parameters.image.dataPool ?? work.store.io.poolName
        return LockerError(
            .invalidArgument,
            "\(origin.label) or the class's pool \"\(pool)\" is not there: \(cause)",
            cause: cause
        )
    }

    /// Makes the new volume's image a clone of an image's snapshot.
    ///
    /// - Parameter io: where the image is.
    /// - Throws: `CephError` with `ENOENT` if it, its snapshot or the class' pool is not there.
    func cloneImage(_ image: String, snapshot: String, in io: IOContext, work: CloneWork) async throws {
        let name = work.key.imageName
        try await self.making(name, key: work.key, store: work.store) {
            try await work.store.io.clone(
                from: io,
                image: image,
                snapshot: snapshot,
                as: name,
                options: work.request.parameters.image
            )
        }
    }

    /// Makes the clone as large as its record says, and the record as the clone turned out.
    private func fit(
        _ work: CloneWork,
        mine: inout Stored<VolumeRecord>,
        imageID: String
    ) async throws -> Bool {
        var record = mine.value
        let io = work.store.io
        let wanted = record.payloadBytes + record.dataOffsetBytes
        let size = Int64(try await io.imageSize(imageID: imageID))
        if size < wanted {
            try await io.withImage(.id(imageID), readOnly: false) { try $0.resize(to: UInt64(wanted)) }
        } else if size > wanted {
            // The source grew while it was looked at.
            record.payloadBytes = size - record.dataOffsetBytes
            guard work.request.capacity.admits(record.payloadBytes) else {
                throw LockerError(
                    .outOfRange,
                    "\(work.source.label) has grown to \(record.payloadBytes) bytes, more than limit_bytes"
                        + " \(work.request.capacity.limit)"
                )
            }
            let ledger = self.ledger(course: record.course, io: io)
            try await ledger.count(
                work.key,
                student: record.student,
                bytes: record.payloadBytes,
                quota: work.request.parameters.statedQuota
            )
        }
        try self.hook.reached("clone.fitted")
        if record.cloneDepth >= CloneLimits.hardDepth {
            try await Flattenings.flatten(imageID: imageID, io: io) { true }
            record.cloneDepth = 0
            record.flatten = false
            try self.hook.reached("clone.flattened")
        }
        guard record != mine.value else { return true }
        return try await self.put(record, work, &mine)
    }
}
