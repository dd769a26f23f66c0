// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import SystemPackage

extension NBDDevice {
    /// Sets the device's queue up for a backend that is far away and not on a disk.
    ///
    /// The kernel waits for the requests in flight to do so: the server has to be there.
    ///
    /// - Parameters:
    ///   - readAhead: bytes that the page cache reads ahead of a sequential reader.
    ///   - discards: whether it was connected to a server that takes discards.
    /// - Throws: ``HostError`` for a setting that the kernel has and refuses; one that it does not have is left out.
    package func tuneQueue(readAhead: UInt64, discards: Bool = true) throws(HostError) {
        // As for the loop devices: a large discard is to come in pieces, between which others have their turn. Never zero:
        // the next user of this number would be without them too.
        let pieces = discards ? [("discard_max_bytes", "\(64 << 20)")] : []
        try BlockQueue(sysfs: self.sysfs).set(
            [
                // Nothing to sort for: no head moves, and the cluster has queues of its own.
                ("scheduler", "none"),
                ("rotational", "0"),
                ("add_random", "0"),
                // What a request's memory has room for without being allocated for it. The kernel's own choice, 128 KiB,
                // would make eight of every large one; the most that it can send is 32 MiB.
                ("max_sectors_kb", "\(NBDRequest.usualData >> 10)"),
                // As far as kernel rbd reads ahead, by default an object.
                ("read_ahead_kb", "\(readAhead >> 10)"),
            ] + pieces
        )
    }

    /// Makes the device as large as what is behind it has become, also while it is mounted; it never gets smaller.
    ///
    /// The kernel waits for the requests in flight (Linux 6.12 does), in a way that nothing interrupts: the server has
    /// to be there, and should not be killed meanwhile.
    ///
    /// - Parameter size: bytes; what is not a whole sector at the end is not shown.
    /// - Throws: ``HostError``: `ENXIO` for a device that is not connected, `EINVAL` for a smaller size.
    package func resize(to size: UInt64) throws(HostError) {
        guard let status else {
            throw HostError(call: "nbd resize", code: .noSuchAddressOrDevice, object: "\(self.path)")
        }
        let wanted = size & ~511
        guard wanted >= status.size else {
            throw HostError(
                call: "nbd resize",
                code: .invalidArgument,
                object: "\(self.path)",
                note: "it has \(status.size) bytes already: to make it smaller would cut a filesystem off"
            )
        }
        guard wanted > status.size else { return }
        try self.reconfigure("nbd resize") { attributes in
            attributes.append(NBD_ATTR_SIZE_BYTES, wanted)
        }
        guard let now = self.status?.size, now == wanted else {
            throw HostError(
                call: "nbd resize",
                code: .notSupported,
                object: "\(self.path)",
                note: "the kernel did not change its size"
            )
        }
    }

    /// Sets how often the kernel looks after requests. See: ``NBDSettings/patrol``.
    ///
    /// Linux 6.12 waits for the requests in flight to do so, in a way that nothing interrupts: a server that was killed
    /// meanwhile could not end, its sockets would stay open, and nobody could take the device over. So it is set before the
    /// device is used, and never while requests may wait for the cluster.
    func patrol(every period: Duration) throws(HostError) {
        try BlockQueue(sysfs: self.sysfs).set([("io_timeout", "\(Int(max(period / .milliseconds(1), 1)))")])
    }
}
