// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Subprocess
internal import TestSupport

/// Runs a program to its end and gives what it printed.
///
/// - Throws: ``SetUpError`` with the program's words if it fails; a status of 1 is e2fsck's for "corrected".
@discardableResult
func command(_ name: String, _ arguments: [String]) async throws -> String {
    let result = try await Subprocess.run(
        .name(name),
        arguments: Arguments(arguments),
        environment: .custom(["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"]),
        output: .string(limit: 1 << 16),
        error: .string(limit: 1 << 16)
    )
    let isFine = result.terminationStatus.isSuccess || (name == "e2fsck" && result.terminationStatus == .exited(1))
    guard isFine else {
        throw SetUpError("\(name) \(arguments.joined(separator: " ")): \(result.standardError)")
    }
    return result.standardOutput
}
