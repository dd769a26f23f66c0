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
        let lines = try NumberedKeys(parsing: text, what: "the instance key file", shortest: 16)
        self.signing = lines.keys[0].number
        self.keys = Dictionary(lines.keys.map { ($0.number, $0.key) }) { first, _ in first }
    }

    /// The tag of some bytes: the first sixteen of their HMAC-SHA256; `nil` if there is no key of that number.
    func tag(of bytes: [UInt8], key number: UInt8) -> [UInt8]? {
        guard let key = self.keys[number] else { return nil }
        let symmetric = SymmetricKey(data: Array(key.reveal().utf8))
        return Array(HMAC<SHA256>.authenticationCode(for: bytes, using: symmetric).prefix(16))
    }
}
