// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRados

/// A pool and a RADOS namespace in it, ready for I/O.
///
/// Safe to use from any task: librados locks inside, and what it is set to (namespace) is set before anybody else sees
/// it. It keeps its connection alive, so a call never meets one that is gone.
///
/// `@unchecked Sendable`: the raw pointer never changes and librados allows its use from many threads.
package final class IOContext: @unchecked Sendable {
    /// The connection this was made from.
    package let cluster: Cluster

    /// The pool's id, which outlives a renaming.
    package let poolID: Int64

    /// The pool's name when this was made.
    package let poolName: String

    /// The RADOS namespace; empty for the pool's own.
    package let namespace: String

    /// The C handle, for the RBD room only: valid while this object lives.
    package let raw: UnsafeMutableRawPointer

    private let handle: ClusterHandle

    init(
        adopting raw: rados_ioctx_t,
        cluster: Cluster,
        handle: ClusterHandle,
        poolID: Int64,
        poolName: String,
        namespace: String
    ) {
        self.raw = raw
        self.cluster = cluster
        self.handle = handle
        self.poolID = poolID
        self.poolName = poolName
        self.namespace = namespace
    }

    deinit {
        rados_ioctx_destroy(self.raw)
    }

    /// Pool, namespace and `name`, as `rbd` and `rados` print them: for messages.
    package func path(_ name: String) -> String {
        self.namespace.isEmpty ? "\(self.poolName)/\(name)" : "\(self.poolName)/\(self.namespace)/\(name)"
    }

    /// Runs a blocking call on the connection's pool; this context lives at least as long as the call.
    @discardableResult
    package func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await self.cluster.pool.run {
            try withExtendedLifetime(self) { try body() }
        }
    }
}
