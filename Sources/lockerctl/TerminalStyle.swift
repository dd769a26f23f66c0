// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc

/// How words stand out on a terminal.
enum TerminalStyle {
    /// Whether standard output takes colours: it is a terminal that can, and nobody has said NO_COLOR.
    private static var isColoured: Bool {
        guard isatty(STDOUT_FILENO) == 1 else { return false }
        let (refusal, terminal) = (getenv("NO_COLOR"), getenv("TERM"))
        // An empty one counts for nothing, as no-color.org has it.
        if let refusal, refusal.pointee != 0 { return false }
        return terminal.map { String(cString: $0) != "dumb" } ?? false
    }

    /// A word that says that something is wrong.
    static func warning(_ text: String) -> String { self.isColoured ? "\u{1B}[1;33m\(text)\u{1B}[0m" : text }

    /// A word that says that all is well.
    static func success(_ text: String) -> String { self.isColoured ? "\u{1B}[32m\(text)\u{1B}[0m" : text }
}
