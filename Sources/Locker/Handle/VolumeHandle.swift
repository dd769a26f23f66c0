// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What Kubernetes keeps of a volume: its `volume_id`.
///
/// ``SignedBody`` has the format; a volume adds its image's id. At most 112 characters.
package struct VolumeHandle: Sendable, Hashable {
    private let body: SignedBody

    /// The image's id, which no other image of the cluster ever gets.
    package let imageID: String

    /// The text itself.
    package var text: String { self.body.text }
    /// The number of the key it was signed with.
    package var keyNumber: UInt8 { self.body.keyNumber }
    /// SHA-256 of the clusterID, cut to 8 bytes.
    package var clusterDigest: [UInt8] { self.body.clusterDigest }
    /// The pool of the image's header.
    package var poolID: Int64 { self.body.poolID }
    /// SHA-256 of the RADOS namespace, cut to 8 bytes.
    package var namespaceDigest: [UInt8] { self.body.namespaceDigest }
    /// Where the record is.
    package var recordKey: RecordKey { self.body.recordKey }

    /// Signs a new handle.
    ///
    /// - Parameter keyNumber: the key to sign with; 0 for the one that signs new handles.
    /// - Throws: ``LockerError`` with `failedPrecondition` for a key that is not known any more.
    package init(
        clusterID: String,
        poolID: Int64,
        namespace: String,
        recordKey: RecordKey,
        imageID: String,
        keys: InstanceKeys,
        keyNumber: UInt8 = 0
    ) throws(LockerError) {
        self.body = try SignedBody(
            .volume,
            clusterID: clusterID,
            poolID: poolID,
            namespace: namespace,
            recordKey: recordKey,
            rest: try SignedBody.encode(imageID: imageID),
            keys: keys,
            keyNumber: keyNumber
        )
        self.imageID = imageID
    }

    /// Reads a `volume_id` without verifying its tag, as nodes do, which compare it with the record instead.
    ///
    /// - Returns: `nil` for a text that Locker never wrote: a volume that does not exist.
    /// - Throws: ``LockerError``: `failedPrecondition` for a handle of ceph-csi, and for one of a later version;
    ///   `invalidArgument` for a snapshot's.
    package init?(reading text: String) throws(LockerError) {
        guard let body = try SignedBody(reading: text, as: .volume),
            let imageID = SignedBody.imageID(decoding: body.rest)
        else { return nil }
        self.body = body
        self.imageID = imageID
    }

    /// Verifies that this installation has signed the handle, as only the controller can.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition` for a wrong tag or a key that is not known: never taken for
    ///   a volume that does not exist, since that would answer a delete with success.
    package func verify(with keys: InstanceKeys) throws(LockerError) { try self.body.verify(with: keys) }
}
