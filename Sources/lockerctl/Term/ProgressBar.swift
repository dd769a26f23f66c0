// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Synchronization

/// A line on the terminal that says how far something is; nothing where there is no terminal.
final class ProgressBar: Sendable {
    private static let width = 40

    private let what: String
    private let isShown: Bool
    private let last = Mutex<String>("")

    init(_ what: String) {
        self.what = what
        self.isShown = isatty(STDERR_FILENO) == 1
    }

    /// Shows that so many of all are done; from any thread.
    func show(_ done: Int, of all: Int) {
        guard self.isShown, all > 0 else { return }
        let filled = Self.width * done / all
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
        let line = "\r\(self.what) [\(bar)] \(done)/\(all)"
        self.last.withLock { last in
            guard last != line else { return }
            last = line
            StandardError.write(line)
        }
    }

    /// Leaves the line as it is.
    func end() {
        guard self.isShown else { return }
        StandardError.write("\n")
    }
}
