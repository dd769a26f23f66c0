// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker
internal import Rados

/// Whose keys a command is about.
struct KeyPlaceOptions: ParsableArguments {
    @OptionGroup var connection: ConnectionOptions

    @Option(help: "The pool.")
    var pool: String

    @Option(help: "Only volumes of this RADOS namespace; all are taken without.")
    var namespace: String?

    /// Connects, and lends each RADOS namespace of the pool to `body`.
    func forEachNamespace(_ body: (IOContext) async throws -> Void) async throws {
        let threads = BlockingPool(threads: 8, name: "ceph")
        let cluster = try await Cluster.connect(to: try self.connection.target(), pool: threads)
        let namespaces: [String]
        if let namespace = self.namespace {
            namespaces = [namespace]
        } else {
            namespaces = try await VolumeListing().namespaces(of: self.pool, on: cluster)
        }
        for namespace in namespaces {
            try await body(try await cluster.ioContext(pool: self.pool, namespace: namespace))
        }
        await cluster.close()
        await threads.shutdown()
    }
}
