// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Why the API server gave no answer, or refused.
package struct KubernetesError: Error, Sendable, CustomStringConvertible {
    /// The status of HTTP; `nil` if there was no answer.
    package let status: Int?
    package let description: String

    /// An error.
    init(_ description: String, status: Int? = nil) {
        self.status = status
        self.description = description
    }

    /// Whether the object was changed since it was read: it is to be read again.
    var isConflict: Bool { self.status == 409 || self.status == 422 }
}
