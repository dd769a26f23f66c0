// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker
internal import Rados

/// What the shell offers for names that only the cluster knows, which it is asked for by the options typed so far.
///
/// Nothing is offered where those do not lead to a cluster that answers within two seconds: there is nowhere to say why.
enum ClusterCompletion {
    /// The cluster's pools.
    static let pools = CompletionKind.custom { words, _, _ async -> [String] in
        await Self.names(words) { cluster, _ in try await cluster.pools() }
    }

    /// The courses that are registered in the pool that `--pool` names, or in any.
    static let courses = CompletionKind.custom { words, _, _ async -> [String] in
        await Self.names(words) { cluster, pool in
            var courses: Set<String> = []
            let pools = if let pool { [pool] } else { try await cluster.pools() }
            for name in pools {
                do {
                    let main = try await cluster.ioContext(pool: name)
                    courses.formUnion(try await CourseQuotas.registered(in: main).map(\.course))
                } catch is CephError where pool == nil {
                    // A pool that is not the user's to look into.
                    continue
                }
            }
            return Array(courses)
        }
    }

    private static func names(
        _ words: [String],
        _ read: (Cluster, _ pool: String?) async throws -> [String]
    ) async -> [String] {
        let typed = TypedOptions(words)
        guard let monitors = typed["monitors"], let keyFile = typed["key-file"] else { return [] }
        do {
            let options = try ConnectionOptions.parse([
                "--monitors", monitors, "--key-file", keyFile, "--user", typed["user"] ?? "admin",
            ])
            return try await options.withCluster(within: .seconds(2)) { try await read($0, typed["pool"]) }.sorted()
        } catch {
            return []
        }
    }
}
