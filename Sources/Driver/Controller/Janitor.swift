// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import Logging
internal import Rados
internal import SystemPackage

/// Looks for what former processes have left, with Locker's own identity: at start until every cluster was asked, then
/// once an hour.
struct Janitor: Sendable {
    let catalog: ClusterCatalog
    let clusters: ClusterPool
    let volumes: Volumes
    /// For how long receipts are kept; `nil` for good.
    let receiptsKept: Duration?
    let logger: Logger

    /// Looks until its task is cancelled.
    func run() async {
        while !Task.isCancelled {
            var pause = Duration.seconds(3600)
            do {
                try await self.look()
            } catch {
                pause = .seconds(10)
                self.logger.warning(
                    "What former processes left cannot be looked for yet",
                    metadata: ["error": "\(error)"]
                )
            }
            do {
                try await Task.sleep(for: pause)
            } catch {
                return
            }
        }
    }

    private func look() async throws {
        let listing = VolumeListing()
        for identity in try self.catalog.identities() {
            let entry = try self.catalog.clusters().entry(identity.clusterID)
            let target = try ClusterCatalog.target(of: identity, on: entry)
            let lease = try await self.clusters.cluster(for: target)
            var pools = identity.pools ?? []
            if identity.pools == nil { pools = try await lease.cluster.pools() }
            for pool in pools {
                do {
                    for namespace in try await listing.namespaces(of: pool, on: lease.cluster) {
                        try await self.volumes.tidy(pool: pool, namespace: namespace, target: target)
                        try await self.pruneReceipts(pool: pool, namespace: namespace, on: lease.cluster)
                    }
                } catch let error as CephError where [.permissionDenied, .notPermitted].contains(error.code) {
                    // A pool that is none of Locker's.
                    continue
                }
            }
        }
    }

    private func pruneReceipts(pool: String, namespace: String, on cluster: Cluster) async throws {
        guard let kept = self.receiptsKept else { return }
        let io = try await cluster.ioContext(pool: pool, namespace: namespace)
        guard let archive = try await ErasureArchive.open(io) else { return }
        let end = WallClock.system.milliseconds - kept.components.seconds * 1000
        let count = try await archive.prune(before: end)
        guard count > 0 else { return }
        self.logger.info(
            "Receipts that were kept long enough were removed",
            metadata: ["rbd.pool": "\(pool)", "rbd.namespace": "\(namespace)", "count": "\(count)"]
        )
    }
}
