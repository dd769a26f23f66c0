// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Host
internal import Locker
internal import Rados
internal import SystemPackage
internal import Vault

/// Which key-encryption keys are to be destroyed with a course.
struct KeyDestructionOptions: ParsableArguments {
    @Option(
        help: """
            What to destroy: the course's file of key-encryption keys, the directory with a file for each course, or the \
            file that names the service which has them.
            """
    )
    var keyEncryptionKeys: String?

    @Flag(help: "Say, and have it signed, that no other copy of the file's keys is left: in no Secret, host or backup.")
    var lastCopy = false

    /// Destroys them, and tells what that came to.
    ///
    /// - Returns: whether they are destroyed and receipts say so.
    /// - Throws: ``LockerError``, `CephError`.
    func destroy(_ destruction: CourseKeyDestruction, course: String, in io: IOContext) async throws -> Bool {
        guard let path = self.keyEncryptionKeys else { return true }
        let outcome = try await VaultServices.with { services in
            let place = KeyPlace(FilePath(path), course: course, services: services)
            let keys = try await place.keys()
            return try await destruction.run(keys, isAttested: self.lastCopy, in: io) { try await place.destroy() }
        }
        switch outcome {
        case .filed:
            StandardError.write(
                "the key-encryption keys of course \(course) are destroyed; receipts say kek-destroyed\n"
            )
            return true
        case .unfiled:
            StandardError.write(
                "the key-encryption keys of course \(course) are destroyed here. Receipts still say key-removed: without"
                    + " --last-copy nobody has said that there is no other copy\n"
            )
            return false
        case .nothing:
            StandardError.write("there are no key-encryption keys of course \(course) in \(path)\n")
            return false
        }
    }
}
