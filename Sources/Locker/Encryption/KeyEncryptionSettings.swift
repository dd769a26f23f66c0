// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials
package import Redaction

/// What a class' Secret, or a course's file, says of its key-encryption keys: the keys, a service that keeps some, or both.
package struct KeyEncryptionSettings: Sendable {
    /// The keys that are given.
    package let keys: KeyEncryptionKeys?

    /// The service, which wraps new keys then.
    package let service: KeyServiceSettings?

    /// Where they are from, for messages.
    package let origin: String

    /// Those of a request's Secret; `nil` if it has none.
    ///
    /// - Throws: ``LockerError`` with `invalidArgument`, which never holds a part of a key.
    package init?(secrets: [String: Secret], course: String) throws(LockerError) {
        self.origin = "the Secret"
        self.keys = try KeyEncryptionKeys(secrets: secrets)
        self.service = KeyServiceSettings(course: course, entries: secrets, origin: self.origin, isLocal: false)
        if self.keys == nil, self.service == nil { return nil }
    }

    /// Those of a file: lines of a number and a key, or an object in JSON with the entries that a Secret would have.
    ///
    /// - Parameter origin: what messages call the file.
    /// - Throws: ``LockerError`` with `failedPrecondition`, which never holds a part of a key.
    init(parsing text: String, origin: String, course: String) throws(LockerError) {
        self.origin = origin
        do throws(LockerError) {
            guard text.first(where: { !$0.isWhitespace }) == "{" else {
                self.keys = try KeyEncryptionKeys(parsing: text, origin: origin)
                self.service = nil
                return
            }
            guard let texts = try? JSONDecoder().decode([String: String].self, from: Data(text.utf8)) else {
                throw LockerError(.failedPrecondition, "\(origin) is no object in JSON whose values are all texts")
            }
            let entries = texts.mapValues { Secret($0) }
            self.keys = try KeyEncryptionKeys(secrets: entries, origin: origin)
            self.service = KeyServiceSettings(course: course, entries: entries, origin: origin, isLocal: true)
            guard self.keys != nil || self.service != nil else {
                throw LockerError(
                    .failedPrecondition,
                    "\(origin) has neither kek.1 to kek.255 nor \(KeyServiceSettings.type)"
                )
            }
        } catch {
            // The request is not what is wrong.
            throw LockerError(.failedPrecondition, error.message)
        }
    }
}
