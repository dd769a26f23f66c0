// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados

extension Volumes {
    /// A snapshot's record: one that was taken and is not being deleted.
    ///
    /// - Parameters:
    ///   - handle: a verified handle.
    ///   - location: the cluster and user.
    ///   - candidates: RADOS namespaces to try first.
    /// - Returns: `nil` if there is no such snapshot (any more).
    package func findSnapshot(
        _ handle: SnapshotHandle,
        at location: VolumeLocation,
        candidates: [String]
    ) async throws -> SnapshotDescription? {
        try await explaining("look up snapshot \(handle.text)") {
            let lease = try await self.clusters.cluster(for: location.target)
            guard let place = try await self.place(of: handle, on: lease.cluster, candidates: candidates),
                let found = try await place.store.record(SnapshotRecord.self, at: place.key),
                found.value.phase == .ready, found.value.snapshotID == handle.snapshotID
            else { return nil }
            return SnapshotDescription(
                handle: handle,
                record: found.value,
                clusterID: location.clusterID,
                pool: place.io.poolName,
                namespace: place.io.namespace
            )
        }
    }
}
