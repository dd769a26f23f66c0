// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Base64 with the alphabet that is safe in names and URLs, without padding (RFC 4648, section 5).
package enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Bytes as text.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        var index = 0
        while index < bytes.count {
            let rest = bytes[index..<min(index + 3, bytes.count)]
            var group: UInt32 = 0
            for offset in 0..<3 { group = group << 8 | (offset < rest.count ? UInt32(rest[index + offset]) : 0) }
            for digit in 0...rest.count { text.append(alphabet[Int(group >> UInt32(18 - 6 * digit)) & 63]) }
            index += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Text as bytes; `nil` unless it is exactly what ``encode(_:)`` would have written.
    package static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var group: UInt32 = 0
        var bits: UInt32 = 0
        for character in text.utf8 {
            guard let value = self.alphabet.firstIndex(of: character) else { return nil }
            group = group << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: group >> bits))
            }
        }
        return self.encode(bytes) == text ? bytes : nil
    }
}
