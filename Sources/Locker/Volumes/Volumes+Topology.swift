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
    /// - Throws: ``LockerError``: `outOfRange` for a size that the class' layout does not allow, `resourceExhausted` if
    ///   no pool of the class can be reached from where it has to, `aborted` while it is not clear in which of two pools
    ///   the volume is.
    func placed(_ request: VolumeRequest, on cluster: Cluster) async throws -> VolumeRequest {
        try request.capacity.check(largest: request.parameters.largestSize)
        guard !request.parameters.constrainedPools.isEmpty else { return request }
        var placed = request
        let places = try await self.places(of: request, on: cluster, withOthers: true)
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
    ///
    /// A pool that does not answer is left out where the volume cannot be as it has to: a region that is down stops no
    /// volume that has to be elsewhere.
    ///
    /// - Parameter withOthers: whether to look at pools beside the class', in case it was made anew without one.
    private func places(
        of request: VolumeRequest,
        on cluster: Cluster,
        withOthers: Bool
    ) async throws -> [Found] {
        let pools = request.parameters.constrainedPools
        var names = pools.map(\.name)
        if withOthers {
            names += try await cluster.poolStates()
                .filter { !$0.isErasureCoded && ($0.applications.isEmpty || $0.applications.contains("rbd")) }
                .map(\.name).filter { !names.contains($0) }
        }
        let needed = Set(
            pools.filter { request.topology.isMet(by: $0.topology(of: self.identity.instance)) }.map(\.name)
        )
        return try await withThrowingTaskGroup(of: (Int, Found?).self) { group in
            for (index, pool) in names.enumerated() {
                group.addTask {
                    let isNeeded = needed.contains(pool)
                    return (index, try await self.found(request, pool, on: cluster, isNeeded: isNeeded))
                }
            }
            var found: [(Int, Found)] = []
            for try await (index, one) in group {
                if let one { found.append((index, one)) }
            }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// The record of a name in one pool; `nil` if there is none, or none that can be seen where none is needed.
    private func found(
        _ request: VolumeRequest,
        _ pool: String,
        on cluster: Cluster,
        isNeeded: Bool
    ) async throws -> Found? {
        do {
            let namespace = try await self.namespace(by: request.namespace, inPool: pool, on: cluster)
            let io = try await cluster.ioContext(pool: pool, namespace: namespace)
            guard
                let store = try await RecordStore.open(io, layouts: self.layouts, creating: false, clock: self.clock),
                let record = try await store.volume(self.recordKey(named: request.name))
            else { return nil }
            return Found(store: store, record: record)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            // A pool of the class that does not exist matters only if it is chosen.
            return nil
        } catch let error as CephError
            where !isNeeded && [.permissionDenied, .notPermitted, .timedOut].contains(error.code)
        {
            return nil
        } catch let error as CephError where error.code == .timedOut {
            throw LockerError(
                .unavailable,
                "pool \"\(pool)\" of topologyConstrainedPools does not answer, so it cannot be told whether volume"
                    + " \"\(request.name)\" was begun there: \(error). It is safe to try again; with"
                    + " --strict-topology the provisioner asks for one place only, and the others' pools may be down",
                cause: error
            )
        }
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
        let places = try await self.places(of: request, on: store.io.cluster, withOthers: false)
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
