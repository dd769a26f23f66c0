// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Where the volumes of a course that ends are archived, and until when.
package struct ArchiveOrder: Sendable {
    /// Another pool of the same cluster.
    package let pool: String

    /// Milliseconds since 1970.
    package let keepUntil: Int64

    /// Who has the key-encryption keys of encrypted volumes: their keys are wrapped anew, for the archive. `nil` refuses
    /// such volumes.
    package let keeper: (any KeyKeeper)?

    /// An order.
    package init(pool: String, keepUntil: Int64, keeper: (any KeyKeeper)?) {
        self.pool = pool
        self.keepUntil = keepUntil
        self.keeper = keeper
    }
}
