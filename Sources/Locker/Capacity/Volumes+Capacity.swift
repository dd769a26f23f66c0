// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
package import Rados

extension Volumes {
    /// What new volumes of a class can have.
    ///
    /// - Parameters:
    ///   - parameters: the class.
    ///   - smallest: bytes of the smallest volume that would be made.
    ///   - place: the segments of the nodes that it is to be reached from; `nil` for any.
    ///   - configuredNamespace: config.json's namespace for classes that name none.
    ///   - target: the cluster and user.
    /// - Returns: for a class of several pools what ``create(_:at:configuredNamespace:)`` would choose has, or the
    ///   roomiest if `place` does not say; no more than what is left of the course's quota.
    /// - Throws: ``LockerError``: `unavailable` while the cluster has no numbers, `invalidArgument` for a pool that does
    ///   not exist.
    package func capacity(
        for parameters: ClassParameters,
        smallest: Int64,
        from place: [String: String]?,
        configuredNamespace: String = "",
        target: ClusterTarget
    ) async throws -> Capacity {
        let classes = self.choices(of: parameters, from: place)
        guard !classes.isEmpty else { return .none }
        return try await self.withSpace(of: target) { cluster, space in
            var roomiest = Capacity.none
            for one in classes {
                let left = try space.left(in: one.pool, dataPool: one.image.dataPool)
                let rule = one.namespaceRule(configured: configuredNamespace)
                let allowed = try await self.quotaLeft(of: one, in: rule, on: cluster)
                let available = min(one.overcommit.bytes(of: left), allowed)
                let largest = min(available, one.largestSize) / 512 * 512
                let capacity = Capacity(available: available, largest: largest < smallest ? 0 : largest)
                if capacity.available > roomiest.available { roomiest = capacity }
            }
            return roomiest
        }
    }

    /// What new volumes of classes that nobody names can have in a cluster: what its roomiest pool has, since pools
    /// mostly share their devices and their sum would promise the same bytes several times.
    ///
    /// - Parameters:
    ///   - pools: the pools to look at; `nil` for all with the application rbd.
    ///   - target: the cluster and user.
    /// - Throws: as ``capacity(for:smallest:from:configuredNamespace:target:)``.
    package func capacity(of pools: [String]?, target: ClusterTarget) async throws -> Capacity {
        try await self.withSpace(of: target) { _, space in
            var available: Int64 = 0
            for pool in pools ?? space.pools {
                available = max(available, Int64(clamping: try space.left(in: pool, dataPool: nil)))
            }
            return Capacity(available: available, largest: min(available, CapacityBounds.largest) / 512 * 512)
        }
    }

    /// A class as its volumes could turn out; none where no pool of its can be reached.
    private func choices(of parameters: ClassParameters, from place: [String: String]?) -> [ClassParameters] {
        let pools = parameters.constrainedPools
        guard !pools.isEmpty else { return [parameters] }
        guard let place else { return pools.map { parameters.placed(in: $0) } }
        let pool = pools.first { TopologyRules.reaches($0.topology(of: self.identity.instance), from: place) }
        return pool.map { [parameters.placed(in: $0)] } ?? []
    }

    /// What a class' course may still have, in bytes; as much as there is if no quota bounds it.
    private func quotaLeft(
        of parameters: ClassParameters,
        in rule: NamespaceRule,
        on cluster: Cluster
    ) async throws -> Int64 {
        guard !parameters.course.isEmpty else { return .max }
        let io = try await self.context(cluster, pool: parameters.pool, rule: rule)
        let bounds = parameters.quota.course
        return try await CourseQuotas(course: parameters.course, io: io, clock: self.clock).left(within: bounds)
    }

    private func withSpace(
        of target: ClusterTarget,
        _ body: (Cluster, PoolSpace) async throws -> Capacity
    ) async throws -> Capacity {
        try await explaining("ask for the free space as client.\(target.user)") {
            let lease = try await self.clusters.cluster(for: target)
            return try await body(lease.cluster, try await PoolSpace(of: lease.cluster))
        }
    }
}
