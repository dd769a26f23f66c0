// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Rados

/// An image of which nothing may be left, and where its parts were.
struct ErasedImage: Sendable {
    /// The pool and namespace of its header.
    let io: IOContext
    let imageID: String
    let imageName: String
    let plan: ErasurePlan
    /// The wrapped data key; empty if the volume was not encrypted.
    let dataKeyID: String
    /// When the data key was destroyed, in milliseconds since 1970; 0 if it was not.
    let keyDestroyedAt: Int64

    /// The image of a volume that is being erased.
    init(_ record: VolumeRecord, plan: ErasurePlan, io: IOContext) {
        self.io = io
        self.imageID = record.imageID
        self.imageName = record.imageName
        self.plan = plan
        self.dataKeyID = record.dataKeyID
        self.keyDestroyedAt = record.keyDestroyedAt
    }

    /// The image that a receipt is about.
    init(_ receipt: ErasureReceipt, io: IOContext) {
        self.io = io
        self.imageID = receipt.imageID
        self.imageName = receipt.imageName
        self.plan = receipt.plan ?? ErasurePlan()
        self.dataKeyID = receipt.dataKeyID
        self.keyDestroyedAt = receipt.keyDestroyedAt
    }

    /// The pool and namespace of its data objects.
    func dataContext() async throws -> IOContext {
        guard self.plan.dataPoolID != self.io.poolID, self.plan.dataPoolID > 0 else { return self.io }
        return try await self.io.cluster.ioContext(poolID: self.plan.dataPoolID, namespace: self.io.namespace)
    }

    /// What the names of its data objects begin with.
    var objectPrefix: String {
        self.plan.objectPrefix.isEmpty ? "rbd_data.\(self.imageID)" : self.plan.objectPrefix
    }
}
