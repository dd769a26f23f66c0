// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Map options of one mapper, as `rbd device map -o` takes them: `queue_depth=128,notrim`.
enum MapOptions {
    /// One option; the value is `nil` for a word without one.
    typealias Option = (name: String, value: String?)

    /// The options one by one, spaces and empty ones left out.
    static func parse(_ text: String) -> [Option] {
        text.split(separator: ",").compactMap { part in
            let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = words.first, !self.trim(first).isEmpty else { return nil }
            return (self.trim(first), words.count > 1 ? self.trim(words[1]) : nil)
        }
    }

    /// The options as librbd's configuration: `rbd_…`, and `crush_location` for reads from the nearest replica.
    ///
    /// - Throws: ``MapError`` with `unsupported` for one that is not librbd's: it would change where and as whom the
    ///   connection is made.
    static func librbd(_ text: String) throws(MapError) -> [String: String] {
        var options: [String: String] = [:]
        for (name, value) in self.parse(text) {
            guard name.hasPrefix("rbd_") || name == "crush_location", let value else {
                throw MapError(
                    .unsupported,
                    "map option \"\(name)\" is not one of librbd's (rbd_NAME=VALUE) or crush_location, which the mappers of"
                        + " the data process take"
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
