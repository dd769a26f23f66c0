// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Map options, as `rbd device map -o` and the StorageClass take them: `queue_depth=128,ro`.
enum MapOptions {
    /// The options one by one, spaces and empty ones left out; the value is `nil` for a word without one.
    static func parse(_ text: String) -> [(name: String, value: String?)] {
        text.split(separator: ",").compactMap { part in
            let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.trim(words[0])
            guard !name.isEmpty else { return nil }
            return (name, words.count > 1 ? Self.trim(words[1]) : nil)
        }
    }

    /// The options as librbd's configuration.
    ///
    /// - Throws: ``MapError`` with `unsupported` for one that is not librbd's: kernel rbd's own, or one that would change
    ///   where and as whom the connection is made.
    static func librbd(_ text: String) throws(MapError) -> [String: String] {
        var options: [String: String] = [:]
        for (name, value) in Self.parse(text) {
            guard name.hasPrefix("rbd_"), let value else {
                throw MapError(
                    .unsupported,
                    "map option \"\(name)\" is not one of librbd's (rbd_NAME=VALUE), which the mapper fuse takes"
                )
            }
            options[name] = value
        }
        return options
    }

    private static func trim(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
