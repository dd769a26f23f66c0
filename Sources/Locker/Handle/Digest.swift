// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Crypto

/// Short digests that stand in a handle for names that would not fit.
package enum Digest {
    /// The first eight bytes of a name's SHA-256.
    package static func short(_ name: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(name.utf8)).prefix(8))
    }
}
