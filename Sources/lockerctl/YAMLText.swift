// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// YAML for other programs and for people who read it: the same values as in JSON, a line each.
///
/// Only what such values need is written: block mappings and sequences, and scalars that YAML 1.1 and 1.2 both read as the
/// same. A text that either might take for something else is quoted as JSON quotes it, which both read alike. (Yams would
/// do, but it brings Foundation, which this project's programs do without.)
enum YAMLText {
    /// The text of a value, with a line break at its end.
    static func text(_ value: some Encodable) throws -> String {
        try self.text(JSONValue(encoding: value))
    }

    /// The text of a value, with a line break at its end.
    static func text(_ value: JSONValue) throws -> String {
        let lines = try self.lines(value)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(_ value: JSONValue) throws -> [String] {
        switch value {
        case .object(let members) where !members.isEmpty:
            return try members.sorted { $0.key < $1.key }.flatMap { key, value -> [String] in
                let name = try self.scalar(key)
                guard value.isNested else { return ["\(name): \(try self.lines(value)[0])"] }
                return ["\(name):"] + (try self.lines(value)).map { "  \($0)" }
            }
        case .array(let values) where !values.isEmpty:
            return try values.flatMap { value in
                try self.lines(value).enumerated().map { ($0.offset == 0 ? "- " : "  ") + $0.element }
            }
        case .object: return ["{}"]
        case .array: return ["[]"]
        case .null: return ["null"]
        case .bool(let value): return ["\(value)"]
        case .integer(let value): return ["\(value)"]
        case .unsigned(let value): return ["\(value)"]
        case .number(let value): return ["\(value)"]
        case .text(let value): return [try self.scalar(value)]
        }
    }

    /// A text as it stands where nothing else can be read in it, else in double quotes.
    private static func scalar(_ text: String) throws -> String {
        self.isPlain(text) ? text : try JSONText.string(text)
    }

    /// Words that a reader of YAML may take for a boolean or for nothing.
    private static let words: Set<String> = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"]

    private static func isPlain(_ text: String) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        // A letter first: no number, no date, no indicator. Then nothing that means something anywhere.
        guard let first = text.utf8.first, isLetter(first), !self.words.contains(text.lowercased()) else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_./@".utf8.contains(byte)
        }
    }
}
