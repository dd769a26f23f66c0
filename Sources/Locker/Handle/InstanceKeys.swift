// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Crypto
internal import Redaction

/// The keys that sign volume handles: one that signs, and older ones that are still believed.
///
/// The file of `--instance-key` has one key a line: its number (1 to 255) and its text, which are at least 16
/// characters. The first line signs. A file with one word is a single key with the number 1.
package struct InstanceKeys: Sendable {
    /// The number of the key that signs.
    package let signing: UInt8

    let keys: [UInt8: Secret]

    /// Reads the text of a key file.
    ///
    /// - Throws: ``LockerError`` with `invalidArgument`, which never holds a part of a key.
    package init(parsing text: String) throws(LockerError) {
        var keys: [UInt8: Secret] = [:]
        var first: UInt8?
        let lines = text.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) && !$0.hasPrefix("#") }
        for (index, line) in lines.enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            let number: UInt8
            let key: Substring
            if lines.count == 1, words.count == 1 {
                (number, key) = (1, words[0])
            } else {
                guard words.count == 2, let parsed = UInt8(words[0]), parsed > 0, keys[parsed] == nil else {
                    let message = "line \(index + 1) of the instance key file is not a number from 1 to 255 and a key"
                    throw LockerError(.invalidArgument, message)
                }
                (number, key) = (parsed, words[1])
            }
            guard key.utf8.count >= 16 else {
                throw LockerError(
                    .invalidArgument,
                    "key \(number) of the instance key file is shorter than 16 characters"
                )
            }
            keys[number] = Secret(String(key))
            if first == nil { first = number }
        }
        guard let first else { throw LockerError(.invalidArgument, "the instance key file holds no key") }
        self.signing = first
        self.keys = keys
    }

    /// The tag of some bytes: the first sixteen of their HMAC-SHA256; `nil` if there is no key of that number.
    func tag(of bytes: [UInt8], key number: UInt8) -> [UInt8]? {
        guard let key = self.keys[number] else { return nil }
        let symmetric = SymmetricKey(data: Array(key.reveal().utf8))
        return Array(HMAC<SHA256>.authenticationCode(for: bytes, using: symmetric).prefix(16))
    }
}
