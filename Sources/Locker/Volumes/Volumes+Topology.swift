// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

// A class of several pools. A volume's record is in the pool that was chosen for it, so before one is chosen every
// pool is asked for a record of the name: the retry may prefer another place, and the class may have lost the pool.
extension Volumes {
    /// The request with the pool that its volume is in already, or else goes to.
    ///
    /// - Throws: ``LockerError``: `resourceExhausted` if no pool of the class can be reached from where it has to,
    ///   `aborted` while it is not clear in which of two pools the volume is.
    func placed(_ request: VolumeRequest, namespace: String, on cluster: Cluster) async throws -> VolumeRequest {
        guard !request.parameters.constrainedPools.isEmpty else { return request }
        var placed = request
        let places = try await self.places(of: request, namespace: namespace, on: cluster)
        if let place = try Self.decided(places, name: request.name) {
            let record = place.record.value
            placed.parameters.pool = place.store.io.poolName
            placed.parameters.image.dataPool = record.dataPool.isEmpty ? nil : record.dataPool
            return placed
        }
        let pools = request.parameters.constrainedPools
        let pool = try request.topology.choose(among: pools, driver: self.identity.instance)
        placed.parameters = request.parameters.placed(in: pool)
        return placed
    }

    /// A pool that has a record of a name.
    private struct Found {
        let store: RecordStore
        let record: Stored<VolumeRecord>
    }

    /// Which of several records of one name is the volume's: one that is more than begun.
    private static func decided(_ places: [Found], name: String) throws(LockerError) -> Found? {
        guard places.count > 1 else { return places.first }
        if let made = places.first(where: { $0.record.value.phase != .creating }) { return made }
        let pools = places.map(\.store.io.poolName).joined(separator: " and ")
        throw LockerError(
            .aborted,
            "volume \"\(name)\" was begun by two controllers in the pools \(pools) at once, and neither went on;"
                + " both beginnings are taken back after an hour, and then it is made anew"
        )
    }

    /// The pools with a record of the request's name, those of its class first.
    private func places(of request: VolumeRequest, namespace: String, on cluster: Cluster) async throws -> [Found] {
        let key = self.recordKey(named: request.name)
        let own = request.parameters.constrainedPools.map(\.name)
        // In case the class was made anew without the pool.
        let others = try await cluster.pools().filter { !own.contains($0) }
        var places: [Found] = []
        for pool in own + others {
            do {
                let io = try await cluster.ioContext(pool: pool, namespace: namespace)
                guard
                    let store = try await RecordStore.open(
                        io,
                        layouts: self.layouts,
                        creating: false,
                        clock: self.clock
                    ),
                    let record = try await store.volume(key)
                else { continue }
                places.append(Found(store: store, record: record))
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                // One of the class that does not exist matters only if it is chosen.
            } catch let error as CephError
                where [.permissionDenied, .notPermitted].contains(error.code) && !own.contains(pool)
            {
                // A pool that is none of this user's, so it holds no volume that this user has made.
            }
        }
        return places
    }

    /// Makes sure that no other controller has begun the same volume in another pool meanwhile.
    ///
    /// Each writes its record before it looks for the other's, so of two at least one sees the other and withdraws; if
    /// both do, the retry begins anew.
    ///
    /// - Throws: ``LockerError`` with `aborted` after the record was withdrawn.
    func checkAlone(
        _ mine: Stored<VolumeRecord>,
        key: RecordKey,
        request: VolumeRequest,
        store: RecordStore
    ) async throws {
        guard !request.parameters.constrainedPools.isEmpty else { return }
        let places = try await self.places(of: request, namespace: store.io.namespace, on: store.io.cluster)
        guard let other = places.first(where: { $0.store.io.poolID != store.io.poolID }) else { return }
        // Nothing but the record was made so far.
        _ = try await store.remove(mine, at: key)
        throw LockerError(
            .aborted,
            "volume \"\(request.name)\" was begun by another controller in pool \(other.store.io.poolName) at the same"
                + " time; try again later"
        )
    }
}
