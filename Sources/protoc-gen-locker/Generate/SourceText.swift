// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Lines of Swift with their indentation.
struct SourceText {
    private(set) var text = ""
    private var depth = 0

    /// Adds a line; an empty one is not indented.
    mutating func line(_ line: String = "") {
        if !line.isEmpty { self.text += String(repeating: "    ", count: self.depth) + line }
        self.text += "\n"
    }

    /// Adds a block: its opening line, what `body` adds one step further in, and its end.
    mutating func block(_ opening: String, end: String = "}", _ body: (inout SourceText) -> Void) {
        self.line(opening)
        self.indented(body)
        self.line(end)
    }

    /// Adds what `body` adds, one step further in.
    mutating func indented(_ body: (inout SourceText) -> Void) {
        self.depth += 1
        body(&self)
        self.depth -= 1
    }

    /// Adds a doc comment: a sentence of its own when the proto file has none.
    mutating func comment(_ lines: [String], otherwise fallback: String) {
        for line in lines.isEmpty ? [fallback] : lines {
            self.line(line.isEmpty ? "///" : "/// \(line)")
        }
    }
}
