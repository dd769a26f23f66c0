// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// An answer other than what was asked for.
struct VaultRefusal: Error {
    let status: Int
    let errors: [String]

    init(_ status: Int, _ errors: String...) {
        self.status = status
        self.errors = errors
    }
}
