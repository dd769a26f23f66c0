// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Subprocess
internal import SystemPackage
internal import TestSupport

/// Runs a program to its end and gives what it printed.
///
/// - Throws: ``SetUpError`` with the program's words if it fails.
@discardableResult
func command(_ name: String, _ arguments: String...) async throws -> String {
    let result = try await Subprocess.run(
        .name(name),
        arguments: Arguments(arguments),
        environment: .custom(["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"]),
        output: .string(limit: 1 << 20),
        error: .string(limit: 1 << 16)
    )
    guard result.terminationStatus.isSuccess else {
        throw SetUpError("\(name) \(arguments.joined(separator: " ")): \(result.standardError)")
    }
    return result.standardOutput
}

/// Bytes that no other call gives.
func randomBytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count {
        withUnsafeBytes(of: generator.next()) { bytes.append(contentsOf: $0) }
    }
    return Array(bytes.prefix(count))
}
