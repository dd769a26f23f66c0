// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

extension Cluster {
    /// Every pool as the OSD map has it; the caps `mon 'profile rbd'` are enough.
    ///
    /// The monitors keep the flags by the OSDs' own reports, so they are right without a mgr too.
    package func poolStates() async throws -> [PoolState] {
        struct Pool: Decodable {
            let pool_name: String
            let flags_names: String
            let type: Int
            let quota_max_bytes: UInt64
            let quota_max_objects: UInt64
            let application_metadata: [String: [String: String]]
        }
        let command = "osd pool ls"
        let answer = try await self.monitorCommand(["prefix": command, "detail": "detail", "format": "json"])
        let pools = try JSON.decode([Pool].self, from: answer, call: "rados_mon_command", object: command)
        let alarming: Set<Substring> = ["nearfull", "backfillfull", "full", "full_quota"]
        return pools.map { pool in
            PoolState(
                name: pool.pool_name,
                applications: Set(pool.application_metadata.keys),
                // pg_pool_t::TYPE_ERASURE
                isErasureCoded: pool.type == 3,
                isNearFull: pool.flags_names.split(separator: ",").contains { alarming.contains($0) },
                quotaBytes: pool.quota_max_bytes,
                quotaObjects: pool.quota_max_objects
            )
        }
    }
}
