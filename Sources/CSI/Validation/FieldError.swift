// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A field of a request that breaks a rule of the CSI specification: INVALID_ARGUMENT.
package struct FieldError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The field's name as csi.proto spells it.
    package let field: String

    /// What is wrong with it, and what would be right.
    package let reason: String

    /// A rule broken.
    package init(_ field: String, _ reason: String) {
        self.field = field
        self.reason = reason
    }

    package var description: String { "\(self.field): \(self.reason)" }
}
