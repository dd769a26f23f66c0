// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// The use of a connection of a ``ClusterPool``: the connection counts as used as long as this lives.
package final class ClusterLease: Sendable {
    /// The connection.
    package let cluster: Cluster

    private let key: ClusterPool.Key
    private let pool: ClusterPool

    init(cluster: Cluster, key: ClusterPool.Key, pool: ClusterPool) {
        self.cluster = cluster
        self.key = key
        self.pool = pool
    }

    /// Gives the connection to nobody any more, since it was found blocklisted (`ESHUTDOWN`).
    package func discard() {
        self.pool.discard(self.cluster)
    }

    deinit {
        self.pool.giveBack(self.cluster, key: self.key)
    }
}
