// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials

/// Times as people read them in messages.
package enum DateText {
    /// `2026-11-23T08:15:00Z`.
    package static func iso8601(milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
    }

    /// Milliseconds since 1970 of `2026-11-23T08:15:00Z`, or of `2026-11-23` when it begins in UTC; `nil` for anything else.
    package static func milliseconds(_ text: String) -> Int64? {
        guard text.utf8.count != 10 else {
            // A day that no month has is read as one of the next.
            guard let start = self.milliseconds("\(text)T00:00:00Z"), self.iso8601(milliseconds: start).hasPrefix(text)
            else { return nil }
            return start
        }
        let styles = [Date.ISO8601FormatStyle(), Date.ISO8601FormatStyle(includingFractionalSeconds: true)]
        for style in styles {
            if let date = try? style.parse(text) { return Int64((date.timeIntervalSince1970 * 1000).rounded()) }
        }
        return nil
    }
}
