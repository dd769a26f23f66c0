// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRados
internal import Glibc
internal import Redaction
internal import Synchronization
internal import SystemPackage

/// A connection to a Ceph cluster as one cephx user.
///
/// Nothing is read from the machine: no ceph.conf, no keyring, no environment; the key stays in memory. Safe to use
/// from any task. Blocking calls run on the ``BlockingPool`` given at connect. ``close()`` ends the connection; one
/// that is only forgotten ends itself on the pool once its last ``IOContext`` is gone.
package final class Cluster: Sendable {
    /// The cluster's id.
    package let fsid: String

    /// This connection's own address, `ip:0/nonce`: what ``blocklist(_:for:)`` takes to fence it.
    package let instanceAddress: String

    /// The cluster and user this is connected as.
    package let target: ClusterTarget

    /// The threads that this connection's blocking calls run on.
    package let pool: BlockingPool

    /// See ``CephTimeouts/waitsForSpace``.
    let waitsForSpace: Bool

    private let handle: Mutex<ClusterHandle?>

    private init(handle: ClusterHandle, target: ClusterTarget, waitsForSpace: Bool) throws {
        var buffer = [CChar](repeating: 0, count: 37)  // a UUID and the NUL
        try check(rados_cluster_fsid(handle.raw, &buffer, buffer.count), "rados_cluster_fsid", target.label)
        self.fsid = String(nulTerminated: buffer)
        var addresses: UnsafeMutablePointer<CChar>?
        try check(rados_getaddrs(handle.raw, &addresses), "rados_getaddrs", target.label)
        defer { free(addresses) }
        self.instanceAddress = addresses.map { String(cString: $0) } ?? ""
        self.target = target
        self.waitsForSpace = waitsForSpace
        self.pool = handle.pool
        self.handle = Mutex(handle)
    }

    /// Connects, which takes a few milliseconds when the monitors answer.
    ///
    /// - Parameters:
    ///   - target: where to and as whom.
    ///   - timeouts: how long this and every later call may wait.
    ///   - options: further options of Ceph's configuration, which go over the ones set here.
    ///   - pool: the threads for this connection's blocking calls.
    /// - Throws: ``CephError`` with `EACCES` or `EPERM` for a wrong user or key, `ETIMEDOUT` if no monitor answered,
    ///   `EINVAL` for an address or a key that cannot be read.
    package static func connect(
        to target: ClusterTarget,
        timeouts: CephTimeouts = .management,
        options: [String: String] = [:],
        pool: BlockingPool
    ) async throws -> Cluster {
        try await pool.run {
            try Cluster(
                handle: self.connected(to: target, options: timeouts.options.merging(options) { $1 }, pool: pool),
                target: target,
                waitsForSpace: timeouts.waitsForSpace
            )
        }
    }

    private static func connected(
        to target: ClusterTarget,
        options: [String: String],
        pool: BlockingPool
    ) throws(CephError) -> ClusterHandle {
        guard !target.monHost.isEmpty else {
            throw CephError(call: "rados_connect", code: .invalidArgument, object: "\(target.label) no monitor address")
        }
        var raw: rados_t?
        try check(rados_create2(&raw, "ceph", "client.\(target.user)", 0), "rados_create2", target.label)
        guard let raw else { throw CephError(call: "rados_create2", code: .noMemory, object: target.label) }
        let handle = ClusterHandle(adopting: raw, pool: pool)
        for (name, value) in self.fixedOptions.merging(options, uniquingKeysWith: { $1 }) {
            try check(rados_conf_set(raw, name, value), "rados_conf_set", name)
        }
        try check(rados_conf_set(raw, "mon_host", target.monHost), "rados_conf_set", "mon_host \(target.monHost)")
        // The name of the option only: its value must not come near a message.
        try check(rados_conf_set(raw, "key", target.key.reveal()), "rados_conf_set", "key of \(target.label)")
        try check(rados_connect(raw), "rados_connect", target.label)
        return handle
    }

    /// Keeps the library from touching the machine: no keyring files, no sockets, no logs.
    private static let fixedOptions: [String: String] = [
        "keyring": "",
        "admin_socket": "",
        "log_file": "",
        "log_to_stderr": "false",
        "err_to_stderr": "false",
        "log_to_syslog": "false",
        // In-memory log entries kept for a crash dump, which would be written to stderr: 10,000 is the default.
        "log_max_recent": "1",
    ]

    /// The C handle, kept alive by whoever holds the result.
    ///
    /// - Throws: ``CephError`` with `ENOTCONN` after ``close()``.
    func open(for call: String) throws(CephError) -> ClusterHandle {
        guard let handle = self.handle.withLock({ $0 }) else {
            throw CephError(call: call, code: .socketNotConnected, object: "\(self.target.label), closed")
        }
        return handle
    }

    /// Runs a blocking call on the pool with the C handle.
    @discardableResult
    func blocking<T: Sendable>(
        _ call: String,
        _ body: @escaping @Sendable (ClusterHandle) throws -> T
    ) async throws -> T {
        let handle = try self.open(for: call)
        return try await self.pool.run { try body(handle) }
    }

    /// Ends the connection: at once if nothing else uses it, else when the last ``IOContext`` made from it is gone.
    ///
    /// Later calls on this object fail with `ENOTCONN`. Closing twice is harmless.
    package func close() async {
        guard var handle = self.handle.withLock({ $0.take() }) else { return }
        guard isKnownUniquelyReferenced(&handle) else { return }
        let last = handle
        do {
            try await self.pool.run { last.shutDown() }
        } catch {
            // The pool is shut down already: letting go of `last` ends the connection on this thread.
        }
    }
}
