// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import TestSupport

/// Random texts: empty ones, names as they come, and everything that UTF-8 can hold but NUL.
enum RandomText {
    private static let pieces: [Unicode.Scalar] = [
        "a", "Z", "0", "-", "/", "=", " ", "\n", "\u{1}", "\u{7F}", "\u{80}", "ß", "é",
        "e\u{301}".unicodeScalars.last ?? "e",
        "\u{7FF}", "\u{800}", "中", "\u{D7FF}", "\u{E000}", "\u{FEFF}", "\u{FFFF}", "\u{10000}", "🗄", "\u{10FFFF}",
    ]

    /// One text.
    static func text(_ generator: inout SeededGenerator) -> String {
        guard !generator.isOne(in: 6) else { return "" }
        let length = generator.isOne(in: 20) ? 300 : Int.random(in: 1...12, using: &generator)
        var text = String.UnicodeScalarView()
        for _ in 0..<length {
            text.append(Self.pieces.randomElement(using: &generator) ?? "a")
        }
        return String(text)
    }
}
