// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
package import Rados

// The RADOS namespaces that a pool knows of. Any name can be used for I/O; one that was made here is listed, and
// librbd lets it go only when it holds no image.
extension IOContext {
    /// Makes a namespace known to the pool, and its trash ready for a time when the pool is full.
    ///
    /// - Throws: ``CephError`` with `EEXIST` if it is.
    package func createNamespace(_ name: String) async throws {
        try await self.blocking {
            try check(rbd_namespace_create(self.raw, name), "rbd_namespace_create", "\(self.poolName)/\(name)")
        }
        try await self.cluster.ioContext(poolID: self.poolID, namespace: name).prepareTrash()
    }

    /// Makes the pool forget a namespace.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if it does not know it, `EBUSY` if it holds images or trash.
    package func removeNamespace(_ name: String) async throws {
        try await self.blocking {
            try check(rbd_namespace_remove(self.raw, name), "rbd_namespace_remove", "\(self.poolName)/\(name)")
        }
    }

    /// The namespaces the pool knows.
    package func namespaces() async throws -> [String] {
        try await self.blocking {
            let (text, length) = try withText(call: "rbd_namespace_list", object: self.poolName) {
                rbd_namespace_list(self.raw, $0, &$1)
            }
            return String.list(nulSeparated: text, length: length)
        }
    }

    /// Whether the pool knows a namespace.
    package func namespaceExists(_ name: String) async throws -> Bool {
        try await self.blocking {
            var exists = false
            try check(
                rbd_namespace_exists(self.raw, name, &exists),
                "rbd_namespace_exists",
                "\(self.poolName)/\(name)"
            )
            return exists
        }
    }

    /// Makes the pool ready for images, as `rbd pool init` does, and its trash for a time when the pool is full.
    package func initialisePool() async throws {
        try await self.blocking {
            try check(rbd_pool_init(self.raw, false), "rbd_pool_init", self.poolName)
        }
        try await self.prepareTrash()
    }
}
