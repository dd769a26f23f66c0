// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Redaction

/// What a class' Secret, or a course's file, says of the service that keeps the course's key-encryption keys.
package struct KeyServiceSettings: Sendable, Hashable {
    /// Which service: `vault`.
    package static let type = "encryptionKMSType"

    /// The course.
    package let course: String

    /// The entries, by the names that ceph-csi has for them where it has one.
    package let entries: [String: Secret]

    /// Where they are from, for messages: "the Secret".
    package let origin: String

    /// Whether they are from a file on this host, which only its administrator writes: these may name further files.
    package let isLocal: Bool

    /// Settings by their entries; `nil` if these name no service.
    package init?(course: String, entries: [String: Secret], origin: String, isLocal: Bool) {
        guard entries[Self.type] != nil else { return nil }
        self.course = course
        self.entries = entries
        self.origin = origin
        self.isLocal = isLocal
    }

    /// What is wrong with them.
    ///
    /// - Parameter message: goes on after their origin: "has no vaultAddress".
    package func fault(_ message: String) -> LockerError {
        // With a file the request is not what is wrong.
        LockerError(self.isLocal ? .failedPrecondition : .invalidArgument, "\(self.origin) \(message)")
    }
}
