// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Logging

/// A line's metadata as flat text: what a handler holds, what its provider adds, what the call adds, later ones winning.
struct LogFields {
    /// The longest value written, in UTF-8 bytes; a longer one is cut and says so. A log line is no place for a file.
    static let longestValue = 8_192

    /// Names and values, by name.
    let fields: [(name: String, value: String)]

    /// Flattens and merges metadata: a dictionary's entries become `outer.inner`, an array's `outer.0`.
    init(handler: Logger.Metadata, provider: Logger.Metadata?, event: LogEvent) {
        var merged = handler
        if let provider { merged.merge(provider) { _, new in new } }
        if let own = event.metadata { merged.merge(own) { _, new in new } }
        var flat: [String: String] = [:]
        if let error = event.error { flat["error"] = Self.cut("\(error)") }
        for (name, value) in merged { Self.flatten(name, value, into: &flat) }
        self.fields = flat.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    }

    private static func flatten(_ name: String, _ value: Logger.MetadataValue, into flat: inout [String: String]) {
        switch value {
        case .string(let text): flat[name] = self.cut(text)
        // A Secret describes itself as <secret>: nothing here looks inside a value.
        case .stringConvertible(let value): flat[name] = self.cut(value.description)
        case .dictionary(let inner):
            for (key, value) in inner { self.flatten("\(name).\(key)", value, into: &flat) }
        case .array(let values):
            for (index, value) in values.enumerated() { self.flatten("\(name).\(index)", value, into: &flat) }
        }
    }

    /// `text`, or its beginning with a mark when it is too long; cut between scalars.
    static func cut(_ text: String) -> String {
        guard text.utf8.count > self.longestValue else { return text }
        let end = text.utf8.index(text.startIndex, offsetBy: self.longestValue)
        let scalar = text.unicodeScalars.index(before: text.unicodeScalars.index(after: end))
        return String(text.unicodeScalars[..<scalar]) + "… (\(text.utf8.count) bytes)"
    }
}
