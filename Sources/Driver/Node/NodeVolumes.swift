// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Host
package import Locker
internal import LockerProto
package import Logging
package import Rados
internal import Redaction
package import SystemPackage

/// This node's volumes: claimed, mapped, formatted once, mounted, published, and the way back.
///
/// Shared by all requests; one operation per volume at a time is its caller's care. Whatever blocks (mounts, ioctls,
/// files) runs on a pool of its own.
package final class NodeVolumes: Sendable {
    let catalog: ClusterCatalog
    let clusters: ClusterPool
    let mappers: MapperTable
    let staging: StagingStore
    let attachments: Attachments
    let node: NodeIdentity
    let threads: BlockingPool
    let hook: StepHook
    let logger: Logger
    let statistics: StatisticsGuard
    let sight = ClusterSight()
    let kernelLimits: KernelLimits
    let kubelet: TrustedRoot
    let crushLocation: [String: String]
    let keyKeepers: KeyKeepers

    /// The volumes of a node.
    ///
    /// - Parameters:
    ///   - catalog: the clusters.
    ///   - clusters: connections with deadlines, for records.
    ///   - mappers: what makes block devices.
    ///   - staging: the node's own records.
    ///   - threads: for calls that block.
    ///   - kubelet: the directory that kubelet's paths are below.
    ///   - crushLocation: where the node is in the CRUSH map, by types of buckets.
    ///   - keyKeepers: who opens the keys of encrypted volumes.
    ///   - cgroups: where the control groups of the pods are.
    ///   - hook: told of each step.
    package init(
        catalog: ClusterCatalog,
        clusters: ClusterPool,
        mappers: MapperTable,
        staging: StagingStore,
        node: NodeIdentity,
        threads: BlockingPool,
        kubelet: FilePath,
        crushLocation: [String: String],
        keyKeepers: KeyKeepers,
        cgroups: FilePath,
        logger: Logger,
        hook: StepHook = .none
    ) {
        self.catalog = catalog
        self.clusters = clusters
        self.mappers = mappers
        self.staging = staging
        self.attachments = Attachments(layouts: LayoutCache(), node: node)
        self.node = node
        self.threads = threads
        self.logger = logger
        self.hook = hook
        self.statistics = StatisticsGuard()
        self.kubelet = TrustedRoot(kubelet)
        self.crushLocation = crushLocation
        self.keyKeepers = keyKeepers
        self.kernelLimits = KernelLimits(root: cgroups)
    }

    /// Runs blocking calls on the pool.
    func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await self.threads.run(body)
    }

    /// A volume id as a handle.
    ///
    /// - Throws: ``LockerError`` with `notFound` for a text that Locker never wrote.
    func handle(_ text: String) throws -> VolumeHandle {
        guard let handle = try VolumeHandle(reading: text) else {
            throw LockerError(.notFound, "volume \(text) does not exist")
        }
        return handle
    }

    /// A path that kubelet names, as the mount table has it.
    func path(_ text: String) -> FilePath { self.kubelet.canonical(FilePath(text)) }

    /// Runs `body` on the pool and namespace of a volume, with deadlines.
    func withContext<T>(
        _ handle: VolumeHandle,
        key: VolumeKey,
        could action: String,
        _ body: (IOContext) async throws -> T
    ) async throws -> T {
        let entry = try self.catalog.clusters().entry(key.clusterID)
        let target = ClusterTarget(monitors: entry.monitors, user: key.userID, key: key.userKey)
        return try await explaining(action) {
            let lease = try await self.clusters.cluster(for: target)
            do {
                let io = try await lease.cluster.ioContext(
                    poolID: handle.poolID,
                    namespace: key.radosNamespace
                )
                return try await body(io)
            } catch let error as CephError where error.code == .socketShutdown {
                lease.discard()
                throw error
            }
        }
    }

    /// The key of a staged volume: from the keyring, or Locker's own identity where a reboot has emptied that.
    func key(of record: StagingRecord) async throws -> VolumeKey? {
        let name = VolumeKey.name(of: record.volumeID)
        if let key = try await self.blocking({ try VolumeKey.read(named: name) }) { return key }
        let entry = try self.catalog.clusters().entry(record.clusterID)
        guard let identity = try self.catalog.identity(on: entry) else { return nil }
        return VolumeKey(
            clusterID: record.clusterID,
            userID: identity.user,
            userKey: identity.key,
            radosNamespace: record.radosNamespace
        )
    }
}
