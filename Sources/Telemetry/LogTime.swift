// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc

/// A time of day as log lines carry it: RFC 3339, UTC, milliseconds.
struct LogTime: Sendable, Hashable {
    private let seconds: Int
    private let milliseconds: Int

    /// A time by seconds and milliseconds since 1970 in UTC.
    init(seconds: Int, milliseconds: Int) {
        self.seconds = seconds
        self.milliseconds = milliseconds
    }

    /// The clock's time now.
    static func now() -> LogTime {
        var time = timespec()
        // It fails for an unknown clock or a bad pointer only, and this is neither.
        clock_gettime(CLOCK_REALTIME, &time)
        return LogTime(seconds: time.tv_sec, milliseconds: time.tv_nsec / 1_000_000)
    }

    /// `2026-11-23T17:04:05.678Z`.
    var text: String {
        var time = tm()
        var seconds = self.seconds
        // NULL is for a year that does not fit an Int32.
        guard gmtime_r(&seconds, &time) != nil else { return "\(self.seconds)" }
        let date = "\(pad(Int(time.tm_year) + 1900, 4))-\(pad(Int(time.tm_mon) + 1, 2))-\(pad(Int(time.tm_mday), 2))"
        let clock = "\(pad(Int(time.tm_hour), 2)):\(pad(Int(time.tm_min), 2)):\(pad(Int(time.tm_sec), 2))"
        return "\(date)T\(clock).\(pad(self.milliseconds, 3))Z"
    }
}

/// `number` with zeros before it until it has `width` digits.
private func pad(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
