// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Map options as the StorageClass has them: `queue_depth=128,alloc_size=4096` or, for several mappers at once,
/// `krbd:queue_depth=128;fuse:rbd_cache=false`. Options without a mapper's name are the kernel's, as ceph-csi has it.
enum MapOptions {
    /// One option; the value is `nil` for a word without one.
    typealias Option = (name: String, value: String?)

    /// The options for one mapper, spaces and empty ones left out.
    ///
    /// - Parameters:
    ///   - text: the class' value.
    ///   - mapper: the mapper's name before the colon.
    ///   - takesUnnamed: whether options without a mapper's name are this one's.
    static func parse(_ text: String, for mapper: String, takesUnnamed: Bool) -> [Option] {
        text.split(separator: ";").flatMap { section -> [Option] in
            // Only a word right at the beginning names a mapper: values have colons too.
            let words = section.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let isNamed = words.count == 2 && words[0].allSatisfy { $0.isLetter || $0 == " " || $0 == "-" }
            guard isNamed ? self.trim(words[0]) == mapper : takesUnnamed else { return [] }
            return (isNamed ? words[1] : section).split(separator: ",").compactMap(self.option)
        }
    }

    /// The options for the data engine, as librbd's configuration.
    ///
    /// - Throws: ``MapError`` with `unsupported` for one that is not librbd's: it would change where and as whom the
    ///   connection is made.
    static func librbd(_ text: String) throws(MapError) -> [String: String] {
        var options: [String: String] = [:]
        for (name, value) in self.parse(text, for: DataEngine.mapperName, takesUnnamed: false) {
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

    private static func option(_ text: Substring) -> Option? {
        let words = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = words.first, !self.trim(first).isEmpty else { return nil }
        return (self.trim(first), words.count > 1 ? self.trim(words[1]) : nil)
    }

    private static func trim(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
