// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Redaction
package import SystemPackage

/// The key-encryption keys of all courses: where they are looked for, and the services that some settings name.
package struct KeyKeepers: Sendable {
    private let files: KeyEncryptionKeyFiles
    private let services: any KeyServices

    /// Keys by where they are.
    ///
    /// - Parameters:
    ///   - files: the value of `--key-encryption-keys`.
    ///   - services: how services are spoken to.
    package init(files: FilePath?, services: any KeyServices) {
        self.files = KeyEncryptionKeyFiles(files)
        self.services = services
    }

    /// Who has a course's keys; `nil` if nothing says so.
    ///
    /// - Parameter secrets: a request's; if they hold or name key-encryption keys, no file is looked at.
    /// - Throws: ``LockerError``: `invalidArgument` for a secret that is no key or setting, `failedPrecondition` for a file
    ///   that holds none or cannot be read.
    package func keeper(
        _ secrets: [String: Secret] = [:],
        course: String
    ) throws(LockerError) -> CourseKeyKeeper? {
        guard let settings = try self.files.settings(secrets, course: course) else { return nil }
        guard let named = settings.service else { return CourseKeyKeeper(settings, service: nil) }
        return CourseKeyKeeper(settings, service: try self.services.keeper(named))
    }

    /// Where keys for a course are looked for, for messages that there are none.
    package func places(course: String) -> String { self.files.places(course: course) }
}
