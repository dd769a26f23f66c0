// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Rados

/// Where a volume is, or is to be: cluster, user, pool and namespace.
package struct VolumeLocation: Sendable, Hashable {
    package let clusterID: String
    package let target: ClusterTarget

    /// A location in a cluster.
    package init(clusterID: String, target: ClusterTarget) {
        self.clusterID = clusterID
        self.target = target
    }
}
