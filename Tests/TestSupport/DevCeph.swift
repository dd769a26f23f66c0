// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Subprocess
internal import SystemPackage

/// The repository's script `dev/ceph`.
enum DevCeph {
    /// Runs it to its end.
    ///
    /// - Throws: ``SetUpError`` with the script's own words if it fails.
    static func run(_ arguments: [String]) async throws {
        let script = RepositoryRoot.path.appending("dev").appending("ceph")
        let result = try await Subprocess.run(
            .path(script),
            arguments: Arguments(arguments),
            output: .discarded,
            error: .string(limit: 64 << 10)
        )
        guard result.terminationStatus.isSuccess else {
            throw SetUpError(
                "dev/ceph \(arguments.joined(separator: " ")): \(result.terminationStatus): \(result.standardError)"
            )
        }
    }
}
