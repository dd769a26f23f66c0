// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials

/// JSON for other programs, its keys in the order of the alphabet.
enum JSONText {
    /// The text of a value.
    ///
    /// - Parameter isCopied: whether people copy strings out of it, base64 and paths, in which no slash is escaped then.
    static func text(_ value: some Encodable, isCopied: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        if isCopied { encoder.outputFormatting.insert(.withoutEscapingSlashes) }
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// A text in quotes; what a terminal or YAML does not take as it stands is escaped.
    static func string(_ text: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        let quoted = String(decoding: try encoder.encode(text), as: UTF8.self)
        return quoted.unicodeScalars.reduce(into: "") { result, scalar in
            // YAML breaks lines at some, and refuses others.
            switch scalar.value {
            case 0x7f...0x9f, 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
