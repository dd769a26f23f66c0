// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Until when an archive is kept, as people write it.
package enum KeepUntil {
    private static let day: Int64 = 86_400_000

    /// Reads `2027-03-31`, which is until the end of that day in UTC, or a time as RFC 3339 has it.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Returns: milliseconds since 1970.
    /// - Throws: ``LockerError`` with `invalidArgument` for anything else, and for what is past.
    package static func milliseconds(_ text: String, now: Int64) throws(LockerError) -> Int64 {
        guard let start = DateText.milliseconds(text) else {
            throw LockerError(
                .invalidArgument,
                "\"\(text)\" is neither a date as 2027-03-31 nor a time as 2027-03-31T12:00:00Z"
            )
        }
        let time = text.utf8.count == 10 ? start + self.day : start
        guard time > now else { throw LockerError(.invalidArgument, "\(text) is past") }
        return time
    }
}
