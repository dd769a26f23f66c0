// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What Kubernetes keeps of a snapshot: its `snapshot_id`.
///
/// ``SignedBody`` has the format; a snapshot adds its own id (8 bytes, big endian) and its image's. At most 123
/// characters.
package struct SnapshotHandle: Sendable, Hashable {
    private let body: SignedBody

    /// The snapshot's id, which no other snapshot of the pool ever gets.
    package let snapshotID: UInt64

    /// The id of the image that it is a snapshot of.
    package let imageID: String

    /// The text itself.
    package var text: String { self.body.text }
    /// SHA-256 of the clusterID, cut to 8 bytes.
    package var clusterDigest: [UInt8] { self.body.clusterDigest }
    /// The pool of the image's header, and of the snapshot's record.
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
        snapshotID: UInt64,
        keys: InstanceKeys,
        keyNumber: UInt8 = 0
    ) throws(LockerError) {
        let number = withUnsafeBytes(of: snapshotID.bigEndian) { Array($0) }
        self.body = try SignedBody(
            .snapshot,
            clusterID: clusterID,
            poolID: poolID,
            namespace: namespace,
            recordKey: recordKey,
            rest: number + (try SignedBody.encode(imageID: imageID)),
            keys: keys,
            keyNumber: keyNumber
        )
        self.imageID = imageID
        self.snapshotID = snapshotID
    }

    /// Reads a `snapshot_id` without verifying its tag.
    ///
    /// - Returns: `nil` for a text that Locker never wrote: a snapshot that does not exist.
    /// - Throws: ``LockerError``: `failedPrecondition` for a handle of ceph-csi, and for one of a later version;
    ///   `invalidArgument` for a volume's.
    package init?(reading text: String) throws(LockerError) {
        guard let body = try SignedBody(reading: text, as: .snapshot), body.rest.count > 8,
            let imageID = SignedBody.imageID(decoding: body.rest.dropFirst(8))
        else { return nil }
        self.body = body
        self.imageID = imageID
        self.snapshotID = body.rest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Verifies that this installation has signed the handle.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition` for a wrong tag or a key that is not known.
    package func verify(with keys: InstanceKeys) throws(LockerError) { try self.body.verify(with: keys) }
}
