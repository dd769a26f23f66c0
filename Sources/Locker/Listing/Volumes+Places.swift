// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Logging
internal import RBD
package import Rados
internal import SystemPackage

extension Volumes {
    /// The places of a user on a cluster.
    ///
    /// - Parameters:
    ///   - target: the cluster and user.
    ///   - clusterID: its name in config.json.
    ///   - pools: which pools; `nil` for all that there are.
    ///   - configuredNamespace: config.json's namespace, for a user who may not see a pool's own.
    ///   - start: what comes before is left out.
    /// - Throws: ``LockerError`` if the cluster cannot be asked. Pools that are gone or not the user's are left out.
    package func places(
        of target: ClusterTarget,
        clusterID: String,
        pools: [String]?,
        configuredNamespace: String,
        from start: PlaceOrder?
    ) async throws -> [RecordPlace] {
        try await explaining("look for Locker's pools as client.\(target.user)") {
            let lease = try await self.clusters.cluster(for: target)
            let names = if let pools { pools } else { try await lease.cluster.pools() }
            let listing = VolumeListing()
            var places: [RecordPlace] = []
            for pool in Set(names).sorted() {
                do {
                    let poolID = try await lease.cluster.poolID(named: pool)
                    if let start, Self.isBefore(start, fsid: lease.cluster.fsid, poolID: poolID) { continue }
                    var namespaces: [String]
                    do {
                        namespaces = try await listing.namespaces(of: pool, on: lease.cluster)
                    } catch let error as CephError where [.permissionDenied, .notPermitted].contains(error.code) {
                        namespaces = configuredNamespace.isEmpty ? [] : [configuredNamespace]
                    }
                    places += namespaces.map {
                        RecordPlace(lease: lease, clusterID: clusterID, poolID: poolID, namespace: $0)
                    }
                } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                    continue
                }
            }
            return places
        }
    }

    private static func isBefore(_ start: PlaceOrder, fsid: String, poolID: Int64) -> Bool {
        let cluster = Digest.short(fsid)
        if cluster == start.clusterDigest { return poolID < start.poolID }
        return cluster.lexicographicallyPrecedes(start.clusterDigest)
    }

    /// The places that calls have led this process to.
    ///
    /// - Parameter clusterID: the name in config.json of a clusterID's digest; `nil` if it has none such any more.
    /// - Throws: ``LockerError`` if a cluster does not answer. Users whom it does not let in any more are forgotten.
    package func metPlaces(clusterID: (_ digest: [UInt8]) -> String?) async throws -> [RecordPlace] {
        var places: [RecordPlace] = []
        for (met, target) in self.met.all {
            guard let name = clusterID(met.clusterDigest) else { continue }
            do {
                let lease = try await self.clusters.cluster(for: target)
                places.append(
                    RecordPlace(lease: lease, clusterID: name, poolID: met.poolID, namespace: met.namespace)
                )
            } catch let error as CephError {
                let failure = LockerError(error, could: "connect to the cluster as client.\(target.user)")
                guard failure.code == .unauthenticated else { throw failure }
                self.met.forget(target)
                self.logger.warning(
                    "A user is not let in any more: what only it could see is left out of lists",
                    metadata: ["ceph.user": "client.\(target.user)", "error": "\(error)"]
                )
            }
        }
        return places
    }

    /// A user who was let in where a handle leads to; `nil` if no call has led there.
    package func metTarget(of handle: some RecordHandle) -> ClusterTarget? {
        self.met.all.first { place, _ in
            place.clusterDigest == handle.clusterDigest && place.poolID == handle.poolID
                && Digest.short(place.namespace) == handle.namespaceDigest
        }?.value
    }

    /// Notes where a call has led to.
    func meet(clusterDigest: [UInt8], io: IOContext) {
        let place = MetPlaces.Place(clusterDigest: clusterDigest, poolID: io.poolID, namespace: io.namespace)
        self.met.add(place, target: io.cluster.target)
    }
}
