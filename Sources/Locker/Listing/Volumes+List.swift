// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto
internal import Rados

extension Volumes {
    /// A page of volumes: those that are ready, and no archives, which are nobody's to use.
    ///
    /// - Parameters:
    ///   - places: where to look, in any order; of those that are the same, the first counts.
    ///   - start: the position to go on after; `nil` for the beginning.
    ///   - limit: how many at most; 0 for as many as one answer can hold.
    package func volumes(
        in places: [RecordPlace],
        after start: RecordPosition?,
        limit: Int
    ) async throws -> RecordPage<VolumeRecord> {
        try await explaining("list volumes") {
            try await RecordWalk(layouts: self.layouts).page(
                of: VolumeRecord.self,
                in: Self.ordered(places),
                after: start,
                limit: limit
            ) { $0.phase == .ready && $0.archive == nil }
        }
    }

    /// A page of snapshots: those that are ready, the parts of groups' snapshots included.
    ///
    /// - Parameters:
    ///   - source: only those of this volume; `nil` for all.
    package func snapshots(
        of source: VolumeHandle?,
        in places: [RecordPlace],
        after start: RecordPosition?,
        limit: Int
    ) async throws -> RecordPage<SnapshotRecord> {
        try await explaining("list snapshots") {
            try await RecordWalk(layouts: self.layouts).page(
                of: SnapshotRecord.self,
                in: Self.ordered(places),
                after: start,
                limit: limit
            ) { record in
                guard record.phase == .ready else { return false }
                guard let source else { return true }
                return record.sourceKey == source.recordKey.bytes && record.imageID == source.imageID
            }
        }
    }

    /// Each place once, in the order of lists.
    static func ordered(_ places: [RecordPlace]) -> [RecordPlace] {
        var known: Set<PlaceOrder> = []
        return places.filter { known.insert($0.order).inserted }.sorted { $0.order < $1.order }
    }

    /// Where a handle leads to, if there is anything.
    package func place(
        of handle: some RecordHandle,
        at location: VolumeLocation,
        candidates: [String]
    ) async throws -> RecordPlace? {
        try await explaining("look up \(handle.text)") {
            let lease = try await self.clusters.cluster(for: location.target)
            guard let place = try await self.place(of: handle, on: lease.cluster, candidates: candidates) else {
                return nil
            }
            return RecordPlace(
                lease: lease,
                clusterID: location.clusterID,
                poolID: place.io.poolID,
                namespace: place.io.namespace
            )
        }
    }

    /// A listed volume with its handle, the same text that CreateVolume has answered.
    package func describe(
        _ entry: RecordPage<VolumeRecord>.Entry,
        clusterID: String
    ) throws(LockerError) -> VolumeDescription {
        let location = VolumeLocation(clusterID: clusterID, target: entry.place.target)
        return try self.describe(entry.record, key: entry.position.key, location: location, io: entry.io)
    }

    /// A listed snapshot with its handle.
    package func describe(
        _ entry: RecordPage<SnapshotRecord>.Entry,
        clusterID: String
    ) throws(LockerError) -> SnapshotDescription {
        try self.describe(entry.record, key: entry.position.key, clusterID: clusterID, io: entry.io)
    }
}
