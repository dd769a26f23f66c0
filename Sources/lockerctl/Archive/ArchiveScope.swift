// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker
internal import Rados

/// Which archives a command is about.
struct ArchiveScope: ParsableArguments {
    @OptionGroup var installation: InstallationOptions

    @Option(help: "The pool of the archives.", completion: ClusterCompletion.pools)
    var pool: String

    @Option(help: "Only archives of this course.", completion: ClusterCompletion.courses)
    var course: String?

    /// The archives of a place, on a connection.
    struct Found {
        let io: IOContext
        let archives: [ArchivedVolume]
    }

    /// Lends what the pool holds to `body`, namespace by namespace.
    ///
    /// - Parameter clusterID: what handles that are told to people name the cluster by.
    func withArchives(
        clusterID: String = "",
        _ body: (CourseArchives, [Found]) async throws -> Void
    ) async throws {
        try await self.installation.withVolumes(clusterID: clusterID) { volumes, cluster, location in
            let archives = CourseArchives(volumes: volumes, at: location)
            var found: [Found] = []
            for namespace in try await VolumeListing().namespaces(of: self.pool, on: cluster) {
                let io = try await cluster.ioContext(pool: self.pool, namespace: namespace)
                let there = try await archives.list(in: io, course: self.course)
                if !there.isEmpty { found.append(Found(io: io, archives: there)) }
            }
            try await body(archives, found)
        }
    }
}
