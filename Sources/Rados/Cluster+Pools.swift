// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRados
internal import SystemPackage

extension Cluster {
    /// The id of the pool called `name`; asks for the latest map before it says that there is none.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such pool.
    package func poolID(named name: String) async throws -> Int64 {
        try await self.blocking("rados_pool_lookup") { handle in
            let known = rados_pool_lookup(handle.raw, name)
            if known >= 0 { return known }
            try check(rados_wait_for_latest_osdmap(handle.raw), "rados_wait_for_latest_osdmap", name)
            return try check(rados_pool_lookup(handle.raw, name), "rados_pool_lookup", "pool \(name)")
        }
    }

    /// The name of the pool with the id `id`.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such pool.
    package func poolName(id: Int64) async throws -> String {
        try await self.blocking("rados_pool_reverse_lookup") { handle in
            try Self.poolName(id: id, on: handle)
        }
    }

    /// The same, for a caller that is on a thread that may block.
    static func poolName(id: Int64, on handle: ClusterHandle) throws(CephError) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        while true {
            let length = rados_pool_reverse_lookup(handle.raw, id, &buffer, buffer.count)
            if length == -Errno.outOfRange.rawValue {
                buffer = [CChar](repeating: 0, count: buffer.count * 2)
                continue
            }
            try check(length, "rados_pool_reverse_lookup", "pool \(id)")
            return String(nulTerminated: buffer)
        }
    }

    /// The names of all pools.
    package func pools() async throws -> [String] {
        try await self.blocking("rados_pool_list") { handle in
            var buffer = [CChar](repeating: 0, count: 4096)
            while true {
                // The size that is needed, whether or not the buffer has it.
                let length = rados_pool_list(handle.raw, &buffer, buffer.count)
                try check(length, "rados_pool_list", self.target.label)
                if Int(length) <= buffer.count { return String.list(nulSeparated: buffer, length: Int(length)) }
                buffer = [CChar](repeating: 0, count: Int(length))
            }
        }
    }

    /// An I/O context for a pool and a RADOS namespace (the empty name is the pool's own).
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such pool. A namespace needs no making to be used here.
    package func ioContext(
        poolID: Int64,
        namespace: String = ""
    ) async throws -> IOContext {
        try await self.blocking("rados_ioctx_create2") { handle in
            let name = try Self.poolName(id: poolID, on: handle)
            var raw: rados_ioctx_t?
            try check(rados_ioctx_create2(handle.raw, poolID, &raw), "rados_ioctx_create2", "pool \(name)")
            guard let raw else {
                throw CephError(call: "rados_ioctx_create2", code: .noMemory, object: "pool \(name)")
            }
            rados_ioctx_set_namespace(raw, namespace)
            // librbd hands it on to the contexts that it makes from this one.
            if !self.waitsForSpace { rados_set_pool_full_try(raw) }
            return IOContext(
                adopting: raw,
                cluster: self,
                handle: handle,
                poolID: poolID,
                poolName: name,
                namespace: namespace
            )
        }
    }

    /// An I/O context for the pool called `pool`.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such pool.
    package func ioContext(
        pool: String,
        namespace: String = ""
    ) async throws -> IOContext {
        let id = try await self.poolID(named: pool)
        return try await self.ioContext(poolID: id, namespace: namespace)
    }
}
