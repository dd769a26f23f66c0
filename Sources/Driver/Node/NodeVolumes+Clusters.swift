// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Locker
internal import Logging
internal import Rados

extension NodeVolumes {
    /// How often the clusters of staged volumes are asked how they are.
    private static let sightPace = Duration.seconds(10)

    /// Asks the clusters of the staged volumes how they are and whom they have fenced, until its task is cancelled.
    func watchClusters() async {
        while !Task.isCancelled {
            do {
                self.sight.note(try await self.lookAtClusters())
                try await Task.sleep(for: Self.sightPace)
            } catch is CancellationError {
                return
            } catch {
                self.logger.warning("What is staged could not be looked at", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: Self.sightPace)
            }
        }
    }

    private func lookAtClusters() async throws -> [String: ClusterSight.State] {
        var states: [String: ClusterSight.State] = [:]
        let records = try await self.blocking { try self.staging.all() }.filter { $0.bootID == self.node.bootID }
        for (clusterID, records) in Dictionary(grouping: records, by: \.clusterID) {
            guard let record = records.first, let key = try await self.key(of: record) else { continue }
            do {
                let entry = try self.catalog.clusters().entry(clusterID)
                let target = ClusterTarget(monitors: entry.monitors, user: key.userID, key: key.userKey)
                let lease = try await self.clusters.cluster(for: target)
                states[clusterID] = .answers(try await lease.cluster.blocklist())
            } catch let error as CephError {
                states[clusterID] = .silent("\(error)")
            }
        }
        return states
    }
}
