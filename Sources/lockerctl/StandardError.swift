// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import SystemPackage

/// What is for the person at the terminal rather than for the next program.
enum StandardError {
    /// Writes as it stands.
    static func write(_ text: String) {
        // With nobody to read it there is nobody to tell.
        _ = try? FileDescriptor.standardError.writeAll(Array(text.utf8))
    }

    /// Says something, by the program's name.
    static func complain(_ text: String) {
        self.write("lockerctl: \(text)\n")
    }
}
