// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import SystemPackage

extension UblkDevice {
    /// Sets the device's queue up for a backend that is far away and not on a disk.
    ///
    /// The kernel waits for the requests in flight to do so: the server has to be there, and should not be killed
    /// meanwhile.
    ///
    /// - Parameter readAhead: bytes that the page cache reads ahead of a sequential reader.
    /// - Throws: ``HostError`` for a setting that the kernel has and refuses; one that it does not have is left out.
    package func tuneQueue(readAhead: UInt64) throws(HostError) {
        try BlockQueue(sysfs: self.sysfs).set([
            ("rotational", "0"),
            ("add_random", "0"),
            // The kernel's own choice, 1280 KiB at most, may be less.
            ("max_sectors_kb", "\(UblkRequest.maximumData >> 10)"),
            // As far as kernel rbd reads ahead, by default an object.
            ("read_ahead_kb", "\(readAhead >> 10)"),
        ])
    }

    /// Keeps a part of the queue out of use, so that the kernel notices at once when the server is dead.
    ///
    /// It does so when it cancels a command that waits for a request. If each had a request, Linux before 6.15 would find
    /// out only when the oldest request has waited for 30 s.
    func keepReserve() throws(HostError) {
        try BlockQueue(sysfs: self.sysfs).set([
            // Nothing to sort for: no head moves, and the cluster has queues of its own. Without one it is the number of
            // requests that is limited, and not what the scheduler keeps back.
            ("scheduler", "none"),
            ("nr_requests", "\(UblkQueue.depth - 1)"),
        ])
    }

    /// Makes the device as large as what is behind it has become, also while it is mounted; it never gets smaller.
    ///
    /// - Parameter size: bytes; what is not a whole sector at the end is not shown.
    /// - Throws: ``HostError``: `EOPNOTSUPP` before Linux 6.16, `ENODEV` without such a device, `EINVAL` for a smaller
    ///   size.
    package func resize(to size: UInt64) throws(HostError) {
        let wanted = size & ~511
        let now = self.size
        guard now > 0 else {
            throw HostError(call: "ublk resize", code: .operationNotSupportedByDevice, object: "\(self.path)")
        }
        guard wanted >= now else {
            throw HostError(
                call: "ublk resize",
                code: .invalidArgument,
                object: "\(self.path)",
                note: "it has \(now) bytes already: to make it smaller would cut a filesystem off"
            )
        }
        guard wanted > now else { return }
        guard try UblkFeatures.ofKernel().contains(.updateSize) else {
            throw HostError(
                call: "ublk resize",
                code: .notSupported,
                object: "\(self.path)",
                note:
                    "this kernel's ublk cannot grow a device in use (Linux 6.16 can): end every pod that uses the volume"
                    + " on this node, so that it is staged anew, or choose another mounter"
            )
        }
        try UblkControl().call("ublk resize", LOCKER_UBLK_UPDATE_SIZE, self.number, value: wanted / 512)
        guard self.size == wanted else {
            throw HostError(
                call: "ublk resize",
                code: .notSupported,
                object: "\(self.path)",
                note: "the kernel did not change its size"
            )
        }
    }
}
