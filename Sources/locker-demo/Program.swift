// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Subprocess
internal import SystemPackage

/// The programs that the story starts.
enum Program {
    /// Runs a program to its end.
    ///
    /// - Returns: what it printed.
    /// - Throws: ``DemoError`` with its words if it fails.
    @discardableResult
    static func run(_ path: FilePath, _ arguments: [String]) async throws -> String {
        let result = try await Subprocess.run(
            .path(path),
            arguments: Arguments(arguments),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        guard result.terminationStatus.isSuccess else {
            throw DemoError(
                "\(path) \(arguments.joined(separator: " ")): \(result.standardError)\(result.standardOutput)"
            )
        }
        return result.standardOutput
    }

    /// Runs a program until the task is cancelled: then it is asked to end, and killed if it does not within 30 s.
    ///
    /// - Parameter log: the file that its log goes to.
    static func serve(_ path: FilePath, _ arguments: [String], log: FilePath) async throws {
        let file = try FileDescriptor.open(
            log,
            .writeOnly,
            options: [.create, .append],
            permissions: .ownerReadWrite
        )
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(30))]
        // A session of its own: Ctrl-C is for the demo, which ends the others in order.
        options.createSession = true
        let result = try await Subprocess.run(
            .path(path),
            arguments: Arguments(arguments),
            platformOptions: options,
            output: .fileDescriptor(file, closeAfterSpawningProcess: false),
            error: .fileDescriptor(file, closeAfterSpawningProcess: true)
        )
        try Task.checkCancellation()
        throw DemoError(
            "\(path.lastComponent?.string ?? "") \(arguments.first ?? "") ended: \(result.terminationStatus); see \(log)"
        )
    }
}
