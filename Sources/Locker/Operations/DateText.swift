// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials

/// Times as people read them in messages.
package enum DateText {
    /// `2026-11-23T08:15:00Z`.
    package static func iso8601(milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
    }
}
