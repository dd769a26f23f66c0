// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import Rados
internal import TestSupport

extension TestCluster {
    /// Lends a controller's volumes and an administrator's connection to `body`, and ends this cluster afterwards.
    func withVolumes(
        timeouts: CephTimeouts = .management,
        _ body: (Volumes, Cluster) async throws -> Void
    ) async throws {
        let clusters = ClusterPool(threads: self.threads, timeouts: timeouts)
        let events = EventLog()
        let identity = ControllerIdentity(instance: "test", process: "locker-0")
        let erasures = Erasures(
            clusters: clusters,
            layouts: LayoutCache(),
            identity: identity,
            logger: events.logger
        )
        do {
            let volumes = Volumes(
                clusters: clusters,
                keys: try InstanceKeys(parsing: "a-key-of-the-tests"),
                identity: identity,
                erasures: erasures,
                logger: events.logger
            )
            let admin = try await self.connect(as: self.admin)
            try await body(volumes, admin)
            await volumes.finishAfterwards()
            await admin.close()
        } catch {
            try await self.tearDown()
            throw error
        }
        await erasures.close()
        await clusters.close()
        try await self.tearDown()
    }
}
