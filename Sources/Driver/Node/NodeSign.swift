// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import Logging
internal import Rados
internal import SystemPackage

/// Makes a node known in the pools of its own identity, at start and once an hour, so that controllers can tell it from
/// one that does not exist. Without `--instance-config` there is nothing to do.
struct NodeSign: Sendable {
    let catalog: ClusterCatalog
    let clusters: ClusterPool
    let registry: NodeRegistry
    /// What the node says of itself; the time is added.
    let record: NodeRecord
    let logger: Logger

    /// Signs until its task is cancelled.
    func run() async {
        while !Task.isCancelled {
            var pause = Duration.seconds(3600)
            do {
                try await self.sign()
            } catch {
                pause = .seconds(10)
                self.logger.warning("This node could not make itself known", metadata: ["error": "\(error)"])
            }
            do {
                try await Task.sleep(for: pause)
            } catch {
                return
            }
        }
    }

    private func sign() async throws {
        var record = self.record
        record.seenAt = WallClock.system.milliseconds
        for identity in try self.catalog.identities() {
            let entry = try self.catalog.clusters().entry(identity.clusterID)
            let lease = try await self.clusters.cluster(for: try ClusterCatalog.target(of: identity, on: entry))
            var pools = identity.pools ?? []
            if identity.pools == nil { pools = try await lease.cluster.pools() }
            for pool in pools {
                do {
                    try await self.registry.register(record, in: try await lease.cluster.ioContext(pool: pool))
                } catch let error as CephError where [.permissionDenied, .notPermitted].contains(error.code) {
                    // A pool that is none of Locker's.
                    continue
                }
            }
        }
    }
}
