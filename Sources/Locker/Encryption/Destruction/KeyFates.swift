// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto

/// What became of the data keys of deleted volumes, by what is filed of their key-encryption keys.
package struct KeyFates: Sendable {
    private let filed: [FiledKeyDestruction]

    /// By what a pool has.
    package init(_ filed: [FiledKeyDestruction]) { self.filed = filed }

    /// What became of the key of a receipt's volume.
    ///
    /// It is destroyed with its key-encryption keys if every one that has ever wrapped it is among those that somebody says
    /// to be destroyed whose word is as good as the receipt's.
    ///
    /// - Parameters:
    ///   - receipt: the receipt.
    ///   - signer: who has signed that.
    ///   - keys: the public keys that the reader trusts besides.
    package func fate(
        of receipt: ErasureReceipt,
        signedBy signer: ReceiptPublicKey?,
        trusting keys: Set<ReceiptPublicKey> = []
    ) -> ErasureReceipt.KeyFate {
        guard receipt.keyFate == .keyRemoved, !receipt.wrappingKeys.isEmpty else { return receipt.keyFate }
        let destroyed = self.statements(of: receipt, keys.union(signer.map { [$0] } ?? [])).flatMap(\.keys)
        return Set(receipt.wrappingKeys).isSubset(of: destroyed) ? .kekDestroyed : receipt.keyFate
    }

    /// What was done to the key-encryption keys of a receipt's volume, in words.
    package func words(of receipt: ErasureReceipt, signedBy signer: ReceiptPublicKey?) -> [String] {
        self.statements(of: receipt, signer.map { [$0] } ?? []).map { statement in
            let time = DateText.iso8601(milliseconds: statement.destroyedAt)
            let attested = statement.attested ? "; that there was no other copy is an administrator's word" : ""
            return "\(time) \(statement.how)\(attested)"
        }
    }

    /// Whether something is filed of a course that cannot be believed.
    package func isTampered(course: String) -> Bool {
        self.filed.contains { $0.course == course && $0.statement == nil }
    }

    private func statements(of receipt: ErasureReceipt, _ keys: Set<ReceiptPublicKey>) -> [KeyDestruction] {
        self.filed.compactMap { filed in
            guard let statement = filed.statement, let signer = filed.signer, keys.contains(signer),
                statement.fsid == receipt.fsid, statement.course == receipt.course,
                !Set(statement.keys).isDisjoint(with: receipt.wrappingKeys)
            else { return nil }
            return statement
        }
    }
}
