// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Crypto
internal import Redaction

extension InstanceKeys {
    /// What the keys of receipts are derived for; another text would give other keys.
    private static let purpose = "locker erasure receipts, ed25519, 1"

    /// The key that signs receipts, derived from the instance key of that number; `nil` if there is none.
    ///
    /// Ed25519, so that whoever has the public half can verify a receipt and nobody but the controller can write one;
    /// the instance key itself, which also signs handles, stays where it is.
    private func receiptKey(_ number: UInt8) throws -> Curve25519.Signing.PrivateKey? {
        guard let key = self.keys[number] else { return nil }
        let seed = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: Array(key.reveal().utf8)),
            info: Array(Self.purpose.utf8),
            outputByteCount: 32
        )
        return try Curve25519.Signing.PrivateKey(rawRepresentation: seed.withUnsafeBytes { Array($0) })
    }

    /// Signs a receipt's bytes with the key that signs now.
    ///
    /// - Returns: the signature, and the public key that verifies it.
    func sign(receipt bytes: [UInt8]) throws -> (signature: [UInt8], publicKey: [UInt8]) {
        guard let key = try self.receiptKey(self.signing) else {
            throw LockerError(.internal, "the instance key \(self.signing), which signs, is not there")
        }
        return (Array(try key.signature(for: bytes)), Array(key.publicKey.rawRepresentation))
    }

    /// The public keys of the receipts that these instance keys sign, by the number of the instance key.
    package func receiptPublicKeys() throws -> [UInt8: ReceiptPublicKey] {
        var keys: [UInt8: ReceiptPublicKey] = [:]
        for number in self.keys.keys {
            guard let key = try self.receiptKey(number) else { continue }
            keys[number] = ReceiptPublicKey(bytes: Array(key.publicKey.rawRepresentation))
        }
        return keys
    }
}
