// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Host
internal import Rados
internal import Redaction
internal import SystemPackage

/// How to reach the cluster.
struct ConnectionOptions: ParsableArguments {
    private static let base64 = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=".utf8)

    @Option(help: "The monitors, separated by commas, as ceph.conf's mon_host has them.")
    var monitors: String

    @Option(help: "The cephx user, without \"client.\".")
    var user: String = "admin"

    @Option(help: "The user's keyring, or a file that holds the key alone.")
    var keyFile: String

    /// The cluster and user.
    ///
    /// - Throws: `ValidationError` for a key file that cannot be read.
    func target() throws -> ClusterTarget {
        let text: String
        do {
            text = String(decoding: try HostFile.read(FilePath(self.keyFile)), as: UTF8.self)
        } catch {
            throw ValidationError("--key-file \(self.keyFile) cannot be read: \(error)")
        }
        let lines = text.split(separator: "\n").map { $0.filter { !$0.isWhitespace } }
        let key = lines.first { $0.hasPrefix("key=") }.map { String($0.dropFirst(4)) } ?? lines.first ?? ""
        guard !key.isEmpty else { throw ValidationError("--key-file \(self.keyFile) holds no key") }
        // librados would only say that an argument is invalid.
        guard key.count >= 16, key.utf8.allSatisfy({ Self.base64.contains($0) }) else {
            throw ValidationError("--key-file \(self.keyFile) is no keyring, and no cephx key: those are in base64")
        }
        return ClusterTarget(monitors: [self.monitors], user: self.user, key: Secret(key))
    }

    /// Connects, lends the connection to `body`, and ends it, whatever comes of that.
    ///
    /// - Parameter limit: how long the cluster may take for each answer, if not as long as usual.
    /// - Throws: `ValidationError` for a key file that cannot be read; `CephError` for a cluster that does not answer.
    func withCluster<T>(
        within limit: Duration? = nil,
        _ body: (Cluster) async throws -> T
    ) async throws -> T {
        let target = try self.target()
        let threads = BlockingPool(threads: 8, name: "ceph")
        let outcome: Result<T, any Error>
        do {
            let timeouts = limit.map { CephTimeouts(connect: $0, monitor: $0, osd: $0) } ?? .management
            let cluster = try await Cluster.connect(to: target, timeouts: timeouts, pool: threads)
            do {
                outcome = .success(try await body(cluster))
            } catch {
                outcome = .failure(error)
            }
            await cluster.close()
        } catch {
            outcome = .failure(error)
        }
        await threads.shutdown()
        return try outcome.get()
    }
}
