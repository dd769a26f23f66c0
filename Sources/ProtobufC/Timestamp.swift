// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// google.protobuf.Timestamp: a point in time, in UTC.
package struct Timestamp: Sendable, Hashable {
    /// Seconds since 1970-01-01T00:00:00Z.
    package var seconds: Int64

    /// Nanoseconds of the second, 0 to 999,999,999.
    package var nanos: Int32

    /// A point in time.
    package init(seconds: Int64 = 0, nanos: Int32 = 0) {
        self.seconds = seconds
        self.nanos = nanos
    }
}
