// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What kept a test from being set up: a machine that lacks something, a daemon that did not start.
package struct SetUpError: Error, Sendable, CustomStringConvertible {
    /// What failed, and what to do.
    package let description: String

    /// Says what failed and what to do.
    package init(_ description: String) {
        self.description = description
    }
}
