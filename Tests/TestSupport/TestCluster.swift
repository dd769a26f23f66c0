// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Glibc
package import Rados
internal import Redaction
internal import Synchronization
package import SystemPackage

/// A real Ceph cluster on loopback, with the pools `rbd` and `students` unless said otherwise.
///
/// Its daemons end when this process does, however it ends. Safe to use from any task.
package final class TestCluster: Sendable {
    /// The folder that `dev/ceph` keeps the cluster in: ceph.conf, keyrings, the OSD's file, logs.
    package let directory: FilePath

    /// The monitors' addresses, as ``ClusterTarget/monitors`` takes them.
    package let monitors: [String]

    /// The cluster's id.
    package let fsid: String

    /// The restricted user that the driver is given: `profile rbd` on the pools and nothing else.
    package let csi: ClusterTarget

    /// The user that may do anything.
    package let admin: ClusterTarget

    /// The threads of the connections made here.
    package let threads = BlockingPool(threads: 16, name: "test cluster")

    /// The connection that ``withNamespace(pool:_:)`` uses, made on first use.
    private let common = Mutex<Task<Cluster, any Error>?>(nil)

    private static let one = Task { try await running() }

    /// The one cluster that all tests of this process share.
    ///
    /// A running one where `LOCKER_TEST_CEPH` names its directory, which saves its start; else a new one.
    package static func shared() async throws -> TestCluster {
        try await self.one.value
    }

    private static func running() async throws -> TestCluster {
        guard let directory = getenv("LOCKER_TEST_CEPH").map({ FilePath(String(cString: $0)) }) else {
            return try await self.start()
        }
        try await DevCeph.run(["status", directory.string])
        return try TestCluster(directory: directory)
    }

    /// The cluster that runs in `directory`, for a test that is in another process than the one that started it.
    ///
    /// - Throws: an error if the folder has no ceph.conf or keyrings.
    package init(directory: FilePath) throws {
        let configuration = try Self.settings(of: directory.appending("ceph.conf"))
        guard let fsid = configuration["fsid"], let monitors = configuration["mon_host"] else {
            throw SetUpError("\(directory)/ceph.conf has no fsid or no mon_host")
        }
        self.directory = directory
        self.fsid = fsid
        self.monitors = [monitors]
        self.csi = try Self.target("csi", of: directory, at: monitors)
        self.admin = try Self.target("admin", of: directory, at: monitors)
        self.disconnectAtExit()
    }

    private static func target(_ user: String, of directory: FilePath, at monitors: String) throws -> ClusterTarget {
        let file = directory.appending("client.\(user).keyring")
        guard let key = try self.settings(of: file)["key"] else { throw SetUpError("\(file) has no key") }
        return ClusterTarget(monitors: [monitors], user: user, key: Secret(key))
    }

    /// The `name = value` lines of a file; of names that occur more than once, the first.
    private static func settings(of file: FilePath) throws -> [String: String] {
        let pairs = try String(contentsOfFile: file.string, encoding: .utf8).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
        return Dictionary(pairs) { first, _ in first }
    }

    /// Connects.
    ///
    /// - Parameters:
    ///   - target: as whom; `nil` is ``csi``.
    ///   - timeouts: how long calls may wait.
    ///   - options: of Ceph's configuration.
    package func connect(
        as target: ClusterTarget? = nil,
        timeouts: CephTimeouts = .management,
        options: [String: String] = [:]
    ) async throws -> Cluster {
        try await Cluster.connect(to: target ?? self.csi, timeouts: timeouts, options: options, pool: self.threads)
    }

    /// The connection as ``csi`` that tests share: not to be closed, nor to be blocklisted.
    package func commonConnection() async throws -> Cluster {
        let connecting = self.common.withLock { common in
            let task = common ?? Task { try await self.connect() }
            common = task
            return task
        }
        return try await connecting.value
    }

    /// Gives the common connection away, to be closed by who takes it.
    func takeCommonConnection() -> Task<Cluster, any Error>? {
        self.common.withLock { $0.take() }
    }
}
