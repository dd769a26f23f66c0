// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import SystemPackage

/// What the kernel has counted of a block device's requests. See: Documentation/block/stat.rst.
package struct BlockStatistics: Sendable, Hashable {
    /// Requests that were answered: reads, writes, discards and flushes.
    package let completed: UInt64
    /// Requests that wait for their answer.
    package let inFlight: UInt64

    /// Reads a line of /sys/block/DEVICE/stat: 11 numbers, since Linux 4.18 four more for discards, since 5.5 two for
    /// flushes.
    ///
    /// - Returns: `nil` if it is not such a line.
    package init?(line: String) {
        let numbers = line.split(separator: " ").compactMap { UInt64($0) }
        guard numbers.count >= 11 else { return nil }
        let discards = numbers.count > 11 ? numbers[11] : 0
        let flushes = numbers.count > 15 ? numbers[15] : 0
        self.completed = numbers[0] &+ numbers[4] &+ discards &+ flushes
        self.inFlight = numbers[8]
    }

    /// Reads a device's; waits for nothing.
    ///
    /// - Parameter directory: `/sys/block/DEVICE`.
    /// - Returns: `nil` if it is not there.
    package init?(in directory: FilePath) {
        guard let line = HostFile.line(directory.appending("stat")) else { return nil }
        self.init(line: line)
    }
}
