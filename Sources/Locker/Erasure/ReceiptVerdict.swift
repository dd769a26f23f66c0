// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What a receipt is worth now.
package struct ReceiptVerdict: Sendable, Hashable {
    /// Who has signed it.
    package enum Signature: Sendable, Hashable {
        /// One of the keys that the reader trusts.
        case trusted
        /// Somebody whose key the reader did not name: anybody who may write to the pool could have.
        case unknown
        /// Nobody: the controller had no instance key.
        case missing
        /// It is not that of these bytes, or cannot be read.
        case wrong
    }

    /// Who has signed it.
    package let signature: Signature

    /// What speaks against it, in words, one line each.
    package let faults: [String]

    /// What was looked for in the cluster and not found, by the item's name.
    package let gone: [String]

    /// Whether nothing speaks against it and the signer is known.
    package var isVerified: Bool { self.faults.isEmpty && self.signature == .trusted }
}
