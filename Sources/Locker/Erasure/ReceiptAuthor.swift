// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import Rados

/// Who writes and signs receipts.
struct ReceiptAuthor: Sendable {
    let identity: ControllerIdentity
    let version: String
    /// What signs; `nil` for a controller without an instance key, whose receipts nobody signs.
    let keys: InstanceKeys?

    /// The receipt of a volume of which nothing is left.
    func receipt(
        for record: VolumeRecord,
        of image: ErasedImage,
        findings: ErasureFindings,
        at time: Int64
    ) throws -> StoredReceipt {
        let receipt = ErasureReceipt(
            format: 1,
            requestName: record.requestName,
            pvName: record.pvName,
            pvcName: record.pvcName,
            pvcNamespace: record.pvcNamespace,
            course: record.course,
            student: record.student,
            imageName: record.imageName,
            imageID: record.imageID,
            fsid: image.io.cluster.fsid,
            poolID: image.io.poolID,
            pool: image.io.poolName,
            radosNamespace: image.io.namespace,
            payloadBytes: record.payloadBytes,
            plan: image.plan,
            createdAt: record.createdAt,
            deletingAt: record.deletingAt,
            trashedAt: record.trashedAt,
            removedAt: record.erasure?.removedAt ?? time,
            erasedAt: time,
            checks: findings.checks,
            keyFate: record.dataKeyID.isEmpty ? .none : .keyRemoved,
            keyDestroyedAt: record.keyDestroyedAt,
            dataKeyID: record.dataKeyID,
            wrappingKeys: record.wrappingKeys,
            driverName: self.identity.instance,
            controller: self.identity.process,
            version: self.version,
            instanceKey: UInt32(self.keys?.signing ?? 0)
        )
        let bytes = try receipt.encoded()
        guard let keys else { return StoredReceipt(format: 1, receipt: bytes) }
        let (signature, publicKey) = try keys.sign(receipt: bytes)
        return StoredReceipt(format: 1, receipt: bytes, signature: signature, publicKey: publicKey)
    }
}
