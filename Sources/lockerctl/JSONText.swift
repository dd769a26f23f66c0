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
}
