// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What calls on a connection wait for and how long; Ceph counts whole seconds, so fractions are rounded up.
package struct CephTimeouts: Sendable, Hashable {
    /// For connecting: Ceph's `client_mount_timeout`.
    package var connect: Duration

    /// For an answer from the monitors: `rados_mon_op_timeout`.
    package var monitor: Duration

    /// For an answer from the OSDs: `rados_osd_op_timeout`; zero waits for ever, as a disk would.
    package var osd: Duration

    /// Whether writes to a full pool wait until there is space, as librados does by itself.
    ///
    /// Otherwise one that needs space fails with `ENOSPC` at once, and one that needs none goes on: an omap's change, a
    /// removal. Else a full pool would be one from which nothing can be deleted.
    package var waitsForSpace: Bool

    /// Sets each of them.
    package init(connect: Duration, monitor: Duration, osd: Duration, waitsForSpace: Bool = false) {
        self.connect = connect
        self.monitor = monitor
        self.osd = osd
        self.waitsForSpace = waitsForSpace
    }

    /// For management calls: no RPC waits for ever.
    ///
    /// A mutation that timed out may still have happened.
    package static let management = CephTimeouts(connect: .seconds(5), monitor: .seconds(10), osd: .seconds(15))

    /// For a volume's data: I/O waits until the cluster answers, and until a full pool has space, unless the class sets
    /// a limit.
    ///
    /// - Parameter limit: the StorageClass' `ioTimeout`; `nil` waits for ever.
    package static func io(_ limit: Duration?) -> CephTimeouts {
        CephTimeouts(connect: .seconds(5), monitor: .seconds(10), osd: limit ?? .zero, waitsForSpace: true)
    }

    /// The options of Ceph's configuration that say the same of the times.
    var options: [String: String] {
        [
            "client_mount_timeout": Self.seconds(self.connect),
            "rados_mon_op_timeout": Self.seconds(self.monitor),
            "rados_osd_op_timeout": Self.seconds(self.osd),
        ]
    }

    private static func seconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return String(seconds + (attoseconds > 0 ? 1 : 0))
    }
}
