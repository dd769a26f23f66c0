// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto
internal import ProtobufC

/// A statement that key-encryption keys are destroyed, as it lies in the pool, which may have been tampered with.
package struct FiledKeyDestruction: Sendable {
    /// The course it is filed under.
    package let course: String

    /// What it says; `nil` if that cannot be read, is not signed, or is about something else than where it lies.
    package let statement: KeyDestruction?

    /// Who has signed it, if the signature is right.
    package let signer: ReceiptPublicKey?

    /// Reads what is filed under a key.
    init(key: String, bytes: [UInt8]) {
        let course = String(key.prefix { $0 != "/" })
        self.course = course
        guard let stored = try? StoredReceipt(decoding: bytes),
            let statement = try? KeyDestruction(decoding: stored.receipt),
            let signer = ReceiptPublicKey(bytes: stored.publicKey),
            signer.verifies(stored.signature, of: stored.receipt),
            statement.format == 1, statement.course == course, key == "\(course)/\(statement.destroyedAt)"
        else {
            (self.statement, self.signer) = (nil, nil)
            return
        }
        (self.statement, self.signer) = (statement, signer)
    }
}
