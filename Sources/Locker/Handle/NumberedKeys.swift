// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Redaction

/// The text of a file with one key a line: its number (1 to 255) and its characters.
///
/// Empty lines, and those that begin with `#`, say nothing. A file with one word is a single key with the number 1.
struct NumberedKeys: Sendable {
    /// The keys in the order of their lines; at least one.
    let keys: [(number: UInt8, key: Secret)]

    /// Reads the text of a file.
    ///
    /// - Parameters:
    ///   - what: what messages call the file: "the instance key file".
    ///   - shortest: how many characters a key has at least.
    /// - Throws: ``LockerError`` with `invalidArgument`, which never holds a part of a key.
    init(parsing text: String, what: String, shortest: Int) throws(LockerError) {
        var keys: [(number: UInt8, key: Secret)] = []
        let lines = text.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) && !$0.hasPrefix("#") }
        for (index, line) in lines.enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            let number: UInt8
            let key: Substring
            if lines.count == 1, words.count == 1 {
                (number, key) = (1, words[0])
            } else {
                guard words.count == 2, let parsed = UInt8(words[0]), parsed > 0,
                    !keys.contains(where: { $0.number == parsed })
                else {
                    throw LockerError(
                        .invalidArgument,
                        "line \(index + 1) of \(what) is not a number from 1 to 255 and a key"
                    )
                }
                (number, key) = (parsed, words[1])
            }
            guard key.utf8.count >= shortest else {
                throw LockerError(
                    .invalidArgument,
                    "key \(number) of \(what) is shorter than \(shortest) characters"
                )
            }
            keys.append((number, Secret(String(key))))
        }
        guard !keys.isEmpty else { throw LockerError(.invalidArgument, "\(what) holds no key") }
        self.keys = keys
    }
}
