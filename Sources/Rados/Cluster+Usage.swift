// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRados
internal import SystemPackage

extension Cluster {
    /// The cluster's space.
    ///
    /// - Throws: ``CephError`` with `EAGAIN` while the cluster has no numbers: without a running mgr the monitors
    ///   answer success and zeros, which must not be taken for a full or an empty cluster.
    package func usage() async throws -> ClusterUsage {
        try await self.blocking("rados_cluster_stat") { handle in
            var stat = rados_cluster_stat_t()
            try check(rados_cluster_stat(handle.raw, &stat), "rados_cluster_stat", self.target.label)
            guard stat.kb > 0 else {
                throw CephError(call: "rados_cluster_stat", code: .resourceTemporarilyUnavailable, object: noNumbers)
            }
            return ClusterUsage(total: stat.kb * 1024, used: stat.kb_used * 1024, available: stat.kb_avail * 1024)
        }
    }

    /// A pool's space.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such pool, `EAGAIN` while the cluster has no numbers.
    package func poolUsage(_ pool: String) async throws -> PoolUsage {
        struct Report: Decodable {
            struct Total: Decodable { let total_bytes: UInt64 }
            struct Pool: Decodable {
                struct Stats: Decodable { let stored: UInt64, max_avail: UInt64, objects: UInt64 }
                let name: String
                let stats: Stats
            }
            let stats: Total
            let pools: [Pool]
        }
        let answer = try await self.monitorCommand(["prefix": "df", "format": "json"])
        let report = try JSON.decode(Report.self, from: answer, call: "rados_mon_command", object: "df")
        guard let stats = report.pools.first(where: { $0.name == pool })?.stats, report.stats.total_bytes > 0 else {
            // Without a mgr no pool is listed at all, so the pool is asked for before it is said not to exist.
            _ = try await self.poolID(named: pool)
            throw CephError(call: "rados_mon_command", code: .resourceTemporarilyUnavailable, object: noNumbers)
        }
        return PoolUsage(stored: stats.stored, available: stats.max_avail, objects: stats.objects)
    }
}

private let noNumbers = "the cluster has no usage numbers yet; is a ceph-mgr running?"
