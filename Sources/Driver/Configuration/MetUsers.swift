// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import Rados
internal import Synchronization

/// The users by whose secrets this process has made volumes, for questions that bring none; in memory only.
package final class MetUsers: Sendable {
    private let targets = Mutex<[String: ClusterTarget]>([:])

    /// Remembers a user whom a cluster has let in.
    func note(_ target: ClusterTarget, on entry: ClusterConfiguration.Entry) {
        self.targets.withLock { $0[entry.clusterID] = target }
    }

    /// The last one met on a cluster; `nil` if none was.
    func target(on entry: ClusterConfiguration.Entry) -> ClusterTarget? {
        guard let target = self.targets.withLock({ $0[entry.clusterID] }) else { return nil }
        // The monitors may have moved since.
        return ClusterTarget(monitors: entry.monitors, user: target.user, key: target.key)
    }
}
