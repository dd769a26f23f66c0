// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
package import Redaction
package import SystemPackage

/// Where key-encryption keys are looked for: in a request's Secret, else in the file of `--key-encryption-keys`, or in the
/// file that is named after the course where that is a directory.
///
/// Files are read at each use, so that a key which is added counts at once.
package struct KeyEncryptionKeyFiles: Sendable {
    private let path: FilePath?

    /// Names the file or directory; `nil` for none.
    package init(_ path: FilePath?) {
        self.path = path
    }

    /// What there is for a course; `nil` if there is nothing.
    ///
    /// - Parameter secrets: a request's; if they hold or name key-encryption keys, no file is looked at.
    /// - Throws: ``LockerError``: `invalidArgument` for a secret that is no key, `failedPrecondition` for a file that holds
    ///   none or cannot be read.
    package func settings(
        _ secrets: [String: Secret] = [:],
        course: String
    ) throws(LockerError) -> KeyEncryptionSettings? {
        if let settings = try KeyEncryptionSettings(secrets: secrets, course: course) { return settings }
        guard let path = self.path else { return nil }
        let found: (file: FilePath, bytes: [UInt8])?
        do throws(HostError) {
            found = try Self.read(path, course: course)
        } catch {
            throw LockerError(
                .failedPrecondition,
                "the key-encryption keys of \(path) (--key-encryption-keys) cannot be read: \(error)",
                cause: error
            )
        }
        guard let found else { return nil }
        let text = String(decoding: found.bytes, as: UTF8.self)
        return try KeyEncryptionSettings(parsing: text, origin: "the file \(found.file)", course: course)
    }

    private static func read(_ path: FilePath, course: String) throws(HostError) -> (file: FilePath, bytes: [UInt8])? {
        do throws(HostError) {
            return (path, try HostFile.read(path))
        } catch  where error.code == .isDirectory {
            // A course's name becomes a part of a path, so that it has to be one.
            guard ClassParameters.isCourse(course) else { return nil }
            let file = path.appending(course)
            return try HostFile.readIfPresent(file).map { (file, $0) }
        }
    }

    /// Where keys for a course are looked for, for messages that there are none.
    package func places(course: String) -> String {
        let secret = "the Secret (kek.1 to kek.255, or encryptionKMSType)"
        guard let path = self.path else { return "\(secret), and no file is named by --key-encryption-keys" }
        return "\(secret) or \(path), or \(path.appending(course)) if that is a directory"
    }
}
