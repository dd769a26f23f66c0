// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Rados

extension Volumes {
    /// Where the record of a snapshot's name is, in the pool and namespace of its volume.
    package func snapshotKey(named name: String) -> RecordKey {
        RecordKey(instance: self.identity.instance, snapshot: name)
    }

    /// Takes a snapshot of a volume, mounted or not, or finds the one that the same request has taken before.
    ///
    /// Record, snapshot, record: whatever moment the process dies at, the retry goes on from there. A snapshot that was
    /// taken but not answered is taken anew then.
    ///
    /// - Parameters:
    ///   - request: what is asked for.
    ///   - location: the cluster and user.
    ///   - candidates: RADOS namespaces to try first.
    /// - Throws: ``LockerError``: `notFound` for a volume that does not exist, `alreadyExists` for the same name with
    ///   another volume, `aborted` while the volume is being deleted or formatted or another controller works on the
    ///   snapshot, `resourceExhausted` when the volume can have no more, `invalidArgument` for another cluster's class.
    package func createSnapshot(
        _ request: SnapshotRequest,
        at location: VolumeLocation,
        candidates: [String]
    ) async throws -> SnapshotDescription {
        if let clusterID = request.parameters.clusterID, clusterID != location.clusterID {
            throw LockerError(
                .invalidArgument,
                "the VolumeSnapshotClass is for the clusterID \"\(clusterID)\", but the volume is on"
                    + " \"\(location.clusterID)\""
            )
        }
        let action = "take snapshot \"\(request.name)\" of volume \(request.source.text)"
        return try await self.mutating(location.target, could: action) { cluster in
            guard let place = try await self.place(of: request.source, on: cluster, candidates: candidates) else {
                throw Self.missing(request.source)
            }
            let key = self.snapshotKey(named: request.name)
            for _ in 0..<16 {
                guard let ready = try await self.attempt(request, key: key, at: place) else { continue }
                return try self.describe(ready, key: key, clusterID: location.clusterID, io: place.io)
            }
            throw LockerError(.aborted, "snapshot \"\(request.name)\" is changed by several at once; try again")
        }
    }

    /// One look at the record and what follows from it; `nil` if it changed meanwhile.
    private func attempt(
        _ request: SnapshotRequest,
        key: RecordKey,
        at place: Place
    ) async throws -> SnapshotRecord? {
        guard let found = try await place.store.record(SnapshotRecord.self, at: key) else {
            let source = try await self.source(request.source, at: place)
            let record = self.newRecord(request, of: source, key: key, at: place)
            guard let mine = try await place.store.put(record, at: key, replacing: nil) else { return nil }
            try self.hook.reached("snapshot.recorded")
            return try await self.take(mine, of: request.source, key: key, at: place)
        }
        try Self.checkSame(found.value, request: request, at: place)
        switch found.value.phase {
        case .ready:
            return found.value
        case .deleting:
            throw LockerError(.aborted, "snapshot \"\(request.name)\" is being deleted; try again later")
        default:
            let subject = "snapshot \"\(request.name)\""
            try await self.ownership.claim(found.value.step, of: subject, what: "taken", on: place.io.cluster)
        }
        var record = found.value
        record.step = self.ownership.step(on: place.io.cluster)
        guard let mine = try await place.store.put(record, at: key, replacing: found) else { return nil }
        try self.hook.reached("snapshot.claimed")
        return try await self.take(mine, of: request.source, key: key, at: place)
    }

    private static func checkSame(
        _ record: SnapshotRecord,
        request: SnapshotRequest,
        at place: Place
    ) throws(LockerError) {
        guard record.groupSnapshotID.isEmpty else {
            throw LockerError(
                .alreadyExists,
                "snapshot \"\(request.name)\" exists as a part of the group snapshot \(record.groupSnapshotID)"
            )
        }
        guard record.sourceKey == place.key.bytes, record.imageID == request.source.imageID else {
            throw LockerError(
                .alreadyExists,
                "snapshot \"\(request.name)\" exists, but of volume \"\(record.sourceName)\" (\(record.sourceVolumeID));"
                    + " use another name"
            )
        }
    }

    private func newRecord(
        _ request: SnapshotRequest,
        of source: VolumeRecord,
        key: RecordKey,
        at place: Place
    ) -> SnapshotRecord {
        SnapshotRecord(
            phase: .creating,
            step: self.ownership.step(on: place.io.cluster),
            requestName: request.name,
            parametersDigest: request.parameters.digest,
            parameters: request.parameters.given,
            sourceVolumeID: request.source.text,
            sourceName: source.requestName,
            sourceKey: place.key.bytes,
            imageName: source.imageName,
            imageID: source.imageID,
            fsid: place.io.cluster.fsid,
            poolID: place.io.poolID,
            radosNamespace: place.io.namespace,
            snapshotName: key.imageName,
            handleKey: UInt32(self.keys.signing),
            course: source.course,
            student: source.student,
            capabilities: source.capabilities,
            createdAt: self.clock.milliseconds
        )
    }

    /// A snapshot that was taken, with its handle.
    func describe(
        _ record: SnapshotRecord,
        key: RecordKey,
        clusterID: String,
        io: IOContext
    ) throws(LockerError) -> SnapshotDescription {
        let handle = try SnapshotHandle(
            clusterID: clusterID,
            poolID: io.poolID,
            namespace: io.namespace,
            recordKey: key,
            imageID: record.imageID,
            snapshotID: record.snapshotID,
            keys: self.keys,
            keyNumber: UInt8(truncatingIfNeeded: record.handleKey)
        )
        return SnapshotDescription(
            handle: handle,
            record: record,
            clusterID: clusterID,
            pool: io.poolName,
            namespace: io.namespace
        )
    }
}
