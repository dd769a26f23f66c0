// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
package import Locker
package import Rados
internal import Redaction
internal import Synchronization
package import SystemPackage

/// The clusters of config.json and Locker's own identities on them, read again whenever the files change.
///
/// The files are small and a look costs microseconds, so there is no watch to lose: a ConfigMap that Kubernetes swaps by
/// a symbolic link is seen at the next call.
package final class ClusterCatalog: Sendable {
    /// Who else may be asked as where there is no identity.
    package let met = MetUsers()

    private let path: FilePath
    private let instancePath: FilePath?

    private struct State {
        var bytes: [UInt8] = []
        var configuration: ClusterConfiguration?
    }

    private let state = Mutex(State())

    /// A catalogue of the files.
    ///
    /// - Parameters:
    ///   - path: config.json in ceph-csi's format.
    ///   - instancePath: the file of `--instance-config`, if there is one.
    package init(path: FilePath, instancePath: FilePath?) {
        self.path = path
        self.instancePath = instancePath
    }

    /// The clusters as the file has them now.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition` if it is missing or cannot be read.
    package func clusters() throws(LockerError) -> ClusterConfiguration {
        let bytes = try Self.content(of: self.path, what: "the cluster configuration (--config)")
        if let known = self.state.withLock({ $0.bytes == bytes ? $0.configuration : nil }) { return known }
        let configuration = try ClusterConfiguration(parsing: bytes)
        self.state.withLock { $0 = State(bytes: bytes, configuration: configuration) }
        return configuration
    }

    /// Locker's identities; none without `--instance-config`.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition`.
    package func identities() throws(LockerError) -> [InstanceConfiguration.Entry] {
        guard let instancePath else { return [] }
        let bytes = try Self.content(of: instancePath, what: "the instance configuration (--instance-config)")
        return try InstanceConfiguration(parsing: bytes).entries
    }

    /// Locker's own identity on a cluster; `nil` if it has none there.
    package func identity(on entry: ClusterConfiguration.Entry) throws(LockerError) -> ClusterTarget? {
        guard let identity = try self.identities().first(where: { $0.clusterID == entry.clusterID }) else { return nil }
        return try Self.target(of: identity, on: entry)
    }

    /// The user of an identity with the key of its file.
    package static func target(
        of identity: InstanceConfiguration.Entry,
        on entry: ClusterConfiguration.Entry
    ) throws(LockerError) -> ClusterTarget {
        let key = try self.content(of: FilePath(identity.keyFile), what: "the key of client.\(identity.userID)")
        let text = String(decoding: key, as: UTF8.self).filter { !$0.isWhitespace }
        return ClusterTarget(monitors: entry.monitors, user: identity.userID, key: Secret(text))
    }

    private static func content(of path: FilePath, what: String) throws(LockerError) -> [UInt8] {
        do {
            return try HostFile.read(path)
        } catch {
            throw LockerError(.failedPrecondition, "\(what) cannot be read: \(error)", cause: error)
        }
    }
}
