// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage

/// A pool and RADOS namespace that a list walks through, with the connection to do so.
package struct RecordPlace: Sendable {
    package let order: PlaceOrder

    /// The clusterID of config.json that led there.
    package let clusterID: String

    /// The RADOS namespace.
    package let namespace: String

    /// Keeps the connection in use while the list is made.
    private let lease: ClusterLease

    init(lease: ClusterLease, clusterID: String, poolID: Int64, namespace: String) {
        self.lease = lease
        self.clusterID = clusterID
        self.namespace = namespace
        self.order = PlaceOrder(fsid: lease.cluster.fsid, poolID: poolID, namespace: namespace)
    }

    /// The identity that reads there.
    var target: ClusterTarget { self.lease.cluster.target }

    /// The pool's default namespace, where its courses are registered.
    func main() async throws -> IOContext { try await self.lease.cluster.ioContext(poolID: self.order.poolID) }

    /// The records of the place; `nil` if nothing of Locker's is there, or it is gone, or it is another's.
    func store(layouts: LayoutCache) async throws -> RecordStore? {
        do {
            let io = try await self.lease.cluster.ioContext(poolID: self.order.poolID, namespace: self.namespace)
            return try await RecordStore.open(io, layouts: layouts, creating: false)
        } catch let error as CephError
            where [.noSuchFileOrDirectory, .permissionDenied, .notPermitted].contains(error.code)
        {
            return nil
        }
    }
}
