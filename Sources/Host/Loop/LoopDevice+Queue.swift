// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import SystemPackage

extension LoopDevice {
    /// Sets the device's queue up for a file that is far away and not on a disk.
    ///
    /// - Parameters:
    ///   - readAhead: bytes that the page cache reads ahead of a sequential reader.
    ///   - discards: whether it offers discards.
    /// - Throws: ``HostError`` for a setting that the kernel has and refuses; one that it does not have is left out.
    package func tuneQueue(readAhead: UInt64, discards: Bool = true) throws(HostError) {
        let queue = BlockQueue(sysfs: self.sysfs)
        try queue.set([
            // Nothing to sort for: no head moves, and the cluster has queues of its own.
            ("scheduler", "none"),
            ("rotational", "0"),
            ("add_random", "0"),
            // One FUSE request each; the kernel's own choice, 1280 KiB, would make two of every large one.
            ("max_sectors_kb", "1024"),
            // As far as kernel rbd reads ahead, by default an object.
            ("read_ahead_kb", "\(readAhead >> 10)"),
        ])
        do throws(HostError) {
            // The loop driver does nothing else while it discards: a large discard is to come in pieces.
            try queue.set([("discard_max_bytes", discards ? "\(64 << 20)" : "0")])
        } catch  where error.code == .invalidArgument {
            // Its last user had it take none, and somebody looked at it when it was to be removed for that.
        }
    }
}
