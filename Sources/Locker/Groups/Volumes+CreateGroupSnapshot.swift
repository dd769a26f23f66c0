// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Rados

extension Volumes {
    /// Where the record of a group snapshot's name is, in the pool and namespace of its volumes.
    package func groupSnapshotKey(named name: String) -> RecordKey {
        RecordKey(instance: self.identity.instance, groupSnapshot: name)
    }

    /// Takes a snapshot of several volumes at one moment, or finds the one that the same request has taken before.
    ///
    /// Record, group, images into it, snapshot, a record for each part, images out of it, record: whatever moment the
    /// process dies at, the retry goes on from there. A snapshot that was taken but not answered is taken anew then.
    ///
    /// - Parameters:
    ///   - request: what is asked for.
    ///   - location: the cluster and user.
    ///   - candidates: RADOS namespaces to try first.
    /// - Throws: ``LockerError``: `notFound` for a volume that does not exist, `alreadyExists` for the same name with
    ///   other volumes or parameters, `failedPrecondition` for volumes that cannot be snapshotted together, `aborted`
    ///   while another controller or another group snapshot works on them, `invalidArgument` for no volume at all.
    package func createGroupSnapshot(
        _ request: GroupSnapshotRequest,
        at location: VolumeLocation,
        candidates: [String]
    ) async throws -> GroupSnapshotDescription {
        let first = try Self.common(request)
        if let clusterID = request.parameters.clusterID, clusterID != location.clusterID {
            throw LockerError(
                .invalidArgument,
                "the VolumeGroupSnapshotClass is for the clusterID \"\(clusterID)\", but the volumes are on"
                    + " \"\(location.clusterID)\""
            )
        }
        return try await self.mutating(location.target, could: "take group snapshot \"\(request.name)\"") { cluster in
            guard let place = try await self.place(of: first, on: cluster, candidates: candidates) else {
                throw Self.missing(first)
            }
            let key = self.groupSnapshotKey(named: request.name)
            for _ in 0..<16 {
                let ready = try await self.attempt(request, key: key, store: place.store, clusterID: location.clusterID)
                guard let ready else { continue }
                return try await self.describe(ready, store: place.store, clusterID: location.clusterID)
            }
            throw LockerError(.aborted, "group snapshot \"\(request.name)\" is changed by several at once; try again")
        }
    }

    /// The first of the volumes, where all others are too.
    private static func common(_ request: GroupSnapshotRequest) throws(LockerError) -> VolumeHandle {
        guard let first = request.sources.first else {
            throw LockerError(.invalidArgument, "source_volume_ids: at least one volume is required")
        }
        let place = { (handle: VolumeHandle) in [handle.clusterDigest, handle.namespaceDigest] }
        for other in request.sources where place(other) != place(first) || other.poolID != first.poolID {
            throw LockerError(
                .failedPrecondition,
                "volumes \(first.text) and \(other.text) are not in the same cluster, pool and RADOS namespace, so that"
                    + " they cannot be snapshotted at one moment; make a group of each"
            )
        }
        return first
    }

    /// One look at the record and what follows from it; `nil` if it changed meanwhile.
    private func attempt(
        _ request: GroupSnapshotRequest,
        key: RecordKey,
        store: RecordStore,
        clusterID: String
    ) async throws -> GroupSnapshotRecord? {
        guard let found = try await store.record(GroupSnapshotRecord.self, at: key) else {
            let record = try await self.newRecord(request, key: key, store: store)
            guard let mine = try await store.put(record, at: key, replacing: nil) else { return nil }
            try self.hook.reached("group.recorded")
            return try await self.take(mine, of: request.sources, key: key, store: store, clusterID: clusterID)
        }
        if found.value.phase == .deleting {
            throw LockerError(.aborted, "group snapshot \"\(request.name)\" is being deleted; try again later")
        }
        try request.checkSame(as: found.value)
        guard found.value.phase == .creating else { return found.value }
        let subject = "group snapshot \"\(request.name)\""
        try await self.ownership.claim(found.value.step, of: subject, what: "taken", on: store.io.cluster)
        var record = found.value
        record.step = self.ownership.step(on: store.io.cluster)
        guard let mine = try await store.put(record, at: key, replacing: found) else { return nil }
        try self.hook.reached("group.claimed")
        return try await self.take(mine, of: request.sources, key: key, store: store, clusterID: clusterID)
    }

    private func newRecord(
        _ request: GroupSnapshotRequest,
        key: RecordKey,
        store: RecordStore
    ) async throws -> GroupSnapshotRecord {
        var members: [GroupSnapshotRecord.Member] = []
        for source in request.sources {
            let volume = try await self.source(source, at: Place(store: store, key: source.recordKey))
            members.append(
                .init(
                    volumeID: source.text,
                    volumeKey: source.recordKey.bytes,
                    imageName: volume.imageName,
                    imageID: volume.imageID,
                    snapshotKey: self.memberKey(of: source.recordKey, inGroup: request.name).bytes
                )
            )
        }
        return GroupSnapshotRecord(
            phase: .creating,
            step: self.ownership.step(on: store.io.cluster),
            requestName: request.name,
            parametersDigest: request.parameters.digest,
            parameters: request.parameters.given,
            members: members,
            groupName: key.imageName,
            fsid: store.io.cluster.fsid,
            poolID: store.io.poolID,
            radosNamespace: store.io.namespace,
            snapshotName: key.imageName,
            createdAt: self.clock.milliseconds
        )
    }

    /// Where the record of a part is. No snapshot of a request's own name is there: names hold no NUL.
    private func memberKey(of volume: RecordKey, inGroup name: String) -> RecordKey {
        RecordKey(instance: self.identity.instance, snapshot: "\u{0}\(name)/\(volume.hex)")
    }
}
