// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What a controller's erasures have come to, for its metrics.
package struct ErasureCounts: Sendable, Hashable {
    /// How many volumes' data is still to go.
    package let pending: Int
    /// How long ago the one that waits longest was deleted.
    package let oldest: Duration
    /// How many receipts this process has written.
    package let erased: UInt64
    /// How many attempts of this process have failed.
    package let failures: UInt64
}
