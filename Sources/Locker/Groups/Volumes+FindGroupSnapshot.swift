// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Rados

extension Volumes {
    /// A group's snapshot: one that was taken and is not being deleted.
    ///
    /// - Parameters:
    ///   - handle: a verified handle.
    ///   - parts: the ids of its snapshots, all of them.
    ///   - location: the cluster and user.
    ///   - candidates: RADOS namespaces to try first.
    /// - Throws: ``LockerError``: `notFound` if there is none (any more), `invalidArgument` for parts that are not its.
    package func findGroupSnapshot(
        _ handle: GroupSnapshotHandle,
        parts: [String],
        at location: VolumeLocation,
        candidates: [String]
    ) async throws -> GroupSnapshotDescription {
        try await explaining("look up group snapshot \(handle.text)") {
            let lease = try await self.clusters.cluster(for: location.target)
            guard let place = try await self.place(of: handle, on: lease.cluster, candidates: candidates),
                let found = try await place.store.record(GroupSnapshotRecord.self, at: place.key)?.value,
                found.phase == .ready, found.createdAt == handle.createdAt
            else { throw LockerError(.notFound, "group snapshot \(handle.text) does not exist") }
            try Self.check(parts, of: found)
            return try await self.describe(found, store: place.store, clusterID: location.clusterID)
        }
    }

    /// A group's snapshot that was taken, with its handle and its parts.
    func describe(
        _ record: GroupSnapshotRecord,
        store: RecordStore,
        clusterID: String
    ) async throws -> GroupSnapshotDescription {
        var parts: [SnapshotDescription] = []
        for member in record.members {
            let key = RecordKey(bytes: member.snapshotKey)
            guard let part = try await store.record(SnapshotRecord.self, at: key)?.value else {
                throw LockerError(
                    .aborted,
                    "group snapshot \"\(record.requestName)\" was changed while it was looked at; try again"
                )
            }
            parts.append(try self.describe(part, key: key, clusterID: clusterID, io: store.io))
        }
        guard let text = parts.first?.record.groupSnapshotID, let handle = try GroupSnapshotHandle(reading: text) else {
            throw LockerError(.internal, "the parts of group snapshot \"\(record.requestName)\" do not name it")
        }
        return GroupSnapshotDescription(handle: handle, record: record, snapshots: parts)
    }
}
