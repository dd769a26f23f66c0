// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A data encryption key as a keeper has wrapped it.
package struct SealedKey: Sendable, Hashable {
    /// What only the keeper opens.
    package let bytes: [UInt8]

    /// The name of the key that wrapped it: `kek.2`, `vault:locker-algorithms-2026:v3`.
    package let wrappingKeyID: String

    /// What tells that key from any other that had or gets the same name, and tells nothing else of it.
    package let fingerprint: String

    /// A wrapped key by its parts.
    package init(bytes: [UInt8], wrappingKeyID: String, fingerprint: String) {
        self.bytes = bytes
        self.wrappingKeyID = wrappingKeyID
        self.fingerprint = fingerprint
    }
}
