// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Where a handle's records are, on a connection.
    struct Place {
        let store: RecordStore
        let key: RecordKey

        var io: IOContext { self.store.io }
    }

    /// Finds the records that a handle points to.
    ///
    /// - Parameters:
    ///   - handle: a verified handle.
    ///   - candidates: RADOS namespaces to try first.
    /// - Returns: `nil` if pool, namespace or records do not exist (any more).
    func place(of handle: some RecordHandle, on cluster: Cluster, candidates: [String]) async throws -> Place? {
        do {
            let main = try await cluster.ioContext(poolID: handle.poolID)
            guard
                let namespace = try await self.namespaces.namespace(
                    digest: handle.namespaceDigest,
                    in: main,
                    candidates: candidates
                )
            else { return nil }
            let io = try await cluster.ioContext(poolID: handle.poolID, namespace: namespace)
            guard
                let store = try await RecordStore.open(io, layouts: self.layouts, creating: false, clock: self.clock)
            else { return nil }
            self.meet(clusterDigest: handle.clusterDigest, io: io)
            return Place(store: store, key: handle.recordKey)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return nil
        }
    }

    /// A volume's record.
    ///
    /// - Parameters:
    ///   - handle: a verified handle.
    ///   - location: the cluster and user.
    ///   - candidates: RADOS namespaces to try first.
    /// - Returns: `nil` if there is no such volume (any more).
    package func find(
        _ handle: VolumeHandle,
        at location: VolumeLocation,
        candidates: [String]
    ) async throws -> VolumeDescription? {
        try await explaining("look up volume \(handle.text)") {
            let lease = try await self.clusters.cluster(for: location.target)
            guard let place = try await self.place(of: handle, on: lease.cluster, candidates: candidates),
                let found = try await place.store.volume(place.key), found.value.phase == .ready,
                found.value.imageID == handle.imageID
            else { return nil }
            return VolumeDescription(
                handle: handle,
                record: found.value,
                clusterID: location.clusterID,
                pool: place.io.poolName,
                namespace: place.io.namespace
            )
        }
    }
}
