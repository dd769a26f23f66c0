// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials
internal import Locker
internal import LockerProto
internal import ProtobufC

/// A receipt as it is shown.
struct ReceiptDocument: Encodable {
    struct Check: Encodable {
        let name: String
        let notFound: String
    }

    let volume: String
    let persistentVolume: String
    let claim: String
    let course: String
    let student: String
    let image: String
    let imageID: String
    let cluster: String
    let pool: String
    let poolID: Int64
    let namespace: String
    let payloadBytes: Int64
    /// `nil` where nobody had counted them.
    let objectsRemoved: UInt64?
    let created: String
    let deleted: String
    let trashed: String
    let removed: String
    let erased: String
    let checks: [Check]
    /// `none`, `key-removed` or `kek-destroyed`.
    let key: String
    /// What was done to the key-encryption keys that had wrapped the key.
    let keyEncryptionKeys: [String]
    let driver: String
    let controller: String
    let version: String
    let instanceKey: UInt32
    /// In base64: the bytes that were signed, the signature, and the key, which ``publicKeyPEM`` has as well.
    let signed: String
    let signature: String
    let publicKeyPEM: String

    init(_ receipt: ErasureReceipt, _ filed: FiledReceipt, _ fates: KeyFates) {
        self.volume = receipt.requestName
        self.persistentVolume = receipt.pvName
        self.claim = receipt.claim
        self.course = receipt.course
        self.student = receipt.student
        self.image = receipt.imageName
        self.imageID = receipt.imageID
        self.cluster = receipt.fsid
        self.pool = receipt.pool
        self.poolID = receipt.poolID
        self.namespace = receipt.radosNamespace
        self.payloadBytes = receipt.payloadBytes
        self.objectsRemoved = receipt.plan?.objectsCounted == true ? receipt.plan?.existingObjects : nil
        self.created = DateText.iso8601(milliseconds: receipt.createdAt)
        self.deleted = DateText.iso8601(milliseconds: receipt.deletingAt)
        self.trashed = DateText.iso8601(milliseconds: receipt.trashedAt)
        self.removed = DateText.iso8601(milliseconds: receipt.removedAt)
        self.erased = DateText.iso8601(milliseconds: receipt.erasedAt)
        self.checks = receipt.checks.map { Check(name: $0.name, notFound: $0.lookedFor) }
        self.key = Self.word(fates.fate(of: receipt, signedBy: filed.signer))
        self.keyEncryptionKeys = fates.words(of: receipt, signedBy: filed.signer)
        self.driver = receipt.driverName
        self.controller = receipt.controller
        self.version = receipt.version
        self.instanceKey = receipt.instanceKey
        self.signed = Data(filed.stored?.receipt ?? []).base64EncodedString()
        self.signature = Data(filed.stored?.signature ?? []).base64EncodedString()
        self.publicKeyPEM = filed.signer?.pem ?? ""
    }

    /// What became of a key, as receipts have it.
    static func word(_ fate: ErasureReceipt.KeyFate) -> String {
        switch fate {
        case .keyRemoved: "key-removed"
        case .kekDestroyed: "kek-destroyed"
        default: "none"
        }
    }

    /// For a person.
    var text: String {
        let signer =
            self.signature.isEmpty
            ? "nobody has signed it" : "with instance key \(self.instanceKey); lockerctl erasure verify tells whether"
        let objects = self.objectsRemoved.map { "\($0)" } ?? "not counted"
        return """
            volume      \(self.volume)
            claim       \(self.claim.orDash)
            course      \(self.course)
            student     \(self.student.orDash)
            image       \(self.image) (id \(self.imageID))
            cluster     \(self.cluster)
            pool        \(self.pool) (id \(self.poolID)), namespace "\(self.namespace)"
            size        \(Quantity.rough(self.payloadBytes))
            objects     \(objects)
            created     \(self.created)
            deleted     \(self.deleted)
            in trash    \(self.trashed)
            removed     \(self.removed)
            erased      \(self.erased)
            key         \(([self.key] + self.keyEncryptionKeys).joined(separator: "\n            "))
            written by  \(self.controller) of \(self.driver) \(self.version)
            signed      \(signer)
            not found
            \(self.checks.map { "  \($0.name): \($0.notFound)" }.joined(separator: "\n"))
            """
    }
}
