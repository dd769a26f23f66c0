// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What a page server is asked for.
package struct PageRequest: Sendable, Hashable {
    /// The path, as it was sent: `/status.json`.
    package let path: String
    /// The query's items; of those with one name the first counts.
    package let query: [String: String]
    /// The `Accept-Language` field; empty if there was none.
    package let acceptLanguage: String

    /// Reads a request's target.
    package init(target: String, acceptLanguage: String = "") {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.path = String(parts.first ?? "")
        var query: [String: String] = [:]
        for item in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.decoded(pair[0])
            if query[name] == nil { query[name] = Self.decoded(pair.count > 1 ? pair[1] : "") }
        }
        self.query = query
        self.acceptLanguage = acceptLanguage
    }

    /// `a+b%20c` as it was meant. What is no code stays; bytes that are no UTF-8 become U+FFFD.
    private static func decoded(_ text: Substring) -> String {
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = Self.digit(bytes[index + 1]), let low = Self.digit(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[index])
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
