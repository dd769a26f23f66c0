// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import SystemPackage

/// What the person at the terminal sees: one line a step, with its time.
struct Terminal: Sendable {
    private let start = ContinuousClock.now

    /// A chapter of the story.
    func chapter(_ title: String) {
        self.write("\n== \(title)\n")
    }

    /// Does a step, and says what it is, how it went and how long it took.
    @discardableResult
    func step<Value>(_ words: String, _ body: () async throws -> Value) async throws -> Value {
        self.write("   \(words) … ")
        let begin = ContinuousClock.now
        do {
            let value = try await body()
            self.write("ok (\(Self.text(begin.duration(to: .now))))\n")
            return value
        } catch {
            self.write("FAILED (\(Self.text(begin.duration(to: .now))))\n")
            throw error
        }
    }

    /// Something worth seeing, indented below its step.
    func show(_ text: String) {
        for line in text.split(separator: "\n") { self.write("      \(line)\n") }
    }

    /// The end of a story that went well.
    func done(_ words: String) {
        self.write("\n\(words) (\(Self.text(self.start.duration(to: .now))) in all)\n")
    }

    /// The end of one that did not.
    func failed(_ words: String) {
        self.write("\nlocker-demo: failed: \(words)\n")
    }

    private func write(_ text: String) {
        // Unbuffered: a step's words stand there while it works. A terminal that is gone is no reason to stop.
        _ = try? FileDescriptor.standardOutput.writeAll(text.utf8)
    }

    private static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        return milliseconds < 10_000 ? "\(milliseconds) ms" : "\(milliseconds / 1000) s"
    }
}
