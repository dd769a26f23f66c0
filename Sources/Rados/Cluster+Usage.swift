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
        // Asked for first: without a mgr no pool is listed at all, and one that is a moment old is not listed yet.
        _ = try await self.poolID(named: pool)
        guard let usage = try await self.poolUsages()[pool] else {
            throw CephError(call: "rados_mon_command", code: .resourceTemporarilyUnavailable, object: noNumbers)
        }
        return usage
    }

    /// The space of each pool by its name; a pool that is too young to have numbers is not among them.
    ///
    /// - Throws: ``CephError`` with `EAGAIN` while the cluster has no numbers: without a mgr no pool is listed at all.
    package func poolUsages() async throws -> [String: PoolUsage] {
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
        guard report.stats.total_bytes > 0 else {
            throw CephError(call: "rados_mon_command", code: .resourceTemporarilyUnavailable, object: noNumbers)
        }
        return Dictionary(
            report.pools.map { pool in
                let stats = pool.stats
                return (pool.name, PoolUsage(stored: stats.stored, available: stats.max_avail, objects: stats.objects))
            }
        ) { first, _ in first }
    }
}

private let noNumbers = "the cluster has no usage numbers yet; is a ceph-mgr running?"
