// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What was done on a device since it was mapped; all zero where the mapper cannot count.
package struct IOCounters: Sendable, Hashable {
    /// Completed reads.
    package var reads: UInt64
    /// Bytes read.
    package var readBytes: UInt64
    /// Completed writes.
    package var writes: UInt64
    /// Bytes written.
    package var writtenBytes: UInt64
    /// Completed discards, and ranges zeroed.
    package var discards: UInt64
    /// Completed flushes.
    package var flushes: UInt64
    /// Requests that were answered with an error.
    package var errors: UInt64

    /// Sets the numbers.
    package init(
        reads: UInt64 = 0,
        readBytes: UInt64 = 0,
        writes: UInt64 = 0,
        writtenBytes: UInt64 = 0,
        discards: UInt64 = 0,
        flushes: UInt64 = 0,
        errors: UInt64 = 0
    ) {
        self.reads = reads
        self.readBytes = readBytes
        self.writes = writes
        self.writtenBytes = writtenBytes
        self.discards = discards
        self.flushes = flushes
        self.errors = errors
    }
}
