// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker
internal import Rados

/// Which pool, and what of it, a command is about.
struct PoolOptions: ParsableArguments {
    @OptionGroup var connection: ConnectionOptions

    @Option(help: "The pool.", completion: ClusterCompletion.pools)
    var pool: String

    @Option(help: "Only this RADOS namespace; all are looked at without.")
    var namespace: String?

    /// Lends the namespaces to `body`, all on one connection.
    ///
    /// - Throws: as ``ConnectionOptions/withCluster(_:)``.
    func withNamespaces<T>(_ body: ([IOContext]) async throws -> T) async throws -> T {
        try await self.connection.withCluster { cluster in
            let names: [String]
            if let namespace = self.namespace {
                names = [namespace]
            } else {
                names = try await VolumeListing().namespaces(of: self.pool, on: cluster)
            }
            var contexts: [IOContext] = []
            for name in names { contexts.append(try await cluster.ioContext(pool: self.pool, namespace: name)) }
            return try await body(contexts)
        }
    }
}
