// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker
internal import SystemPackage
internal import Vault

/// Where the key-encryption keys of encrypted volumes are that are copied.
///
/// Not under the name of the option by which a term's end destroys keys: one is never taken for the other.
struct ArchiveKeyOptions: ParsableArguments {
    @Option(
        help: """
            For encrypted volumes: the file of key-encryption keys, older ones and the newest, which wraps the keys of the \
            copies, or that names the service which has them. Or the directory with a file for each course. Nothing of \
            it is changed.
            """
    )
    var archiveKeys: String?

    /// Lends who has the keys of a course to `body`; `nil` if none were named.
    ///
    /// - Throws: `ValidationError` for a directory without a file of the course; ``LockerError`` for a file that holds no
    ///   keys; what `body` throws.
    func withKeeper(course: String, _ body: ((any KeyKeeper)?) async throws -> Void) async throws {
        guard let path = self.archiveKeys else { return try await body(nil) }
        try await VaultServices.with { services in
            let keepers = KeyKeepers(files: FilePath(path), services: services)
            guard let keeper = try keepers.keeper(course: course) else {
                throw ValidationError("--archive-keys \(path) has no file \(course)")
            }
            try await body(keeper)
        }
    }
}
