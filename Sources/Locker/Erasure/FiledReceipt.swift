// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto
internal import ProtobufC

/// A receipt as it lies in the pool, which may have been tampered with.
package struct FiledReceipt: Sendable {
    /// The image it is filed under.
    package let imageID: String

    /// The receipt with its signature; `nil` if that cannot be read.
    package let stored: StoredReceipt?

    /// What it says; `nil` if that cannot be read.
    package let receipt: ErasureReceipt?

    /// Reads what is filed under an image.
    init(imageID: String, bytes: [UInt8]) {
        self.imageID = imageID
        let stored = try? StoredReceipt(decoding: bytes)
        self.stored = stored
        self.receipt = stored.flatMap { try? ErasureReceipt(decoding: $0.receipt) }
    }

    /// Whose signature it bears; `nil` if it bears none, or the key is none.
    package var signer: ReceiptPublicKey? { self.stored.flatMap { ReceiptPublicKey(bytes: $0.publicKey) } }
}
