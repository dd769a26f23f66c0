// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What Kubernetes keeps of a group's snapshot: its `group_snapshot_id`.
///
/// ``SignedBody`` has the format; a group's snapshot adds the time it was recorded at (8 bytes, big endian,
/// milliseconds since 1970), since a name may come again. At most 91 characters.
package struct GroupSnapshotHandle: Sendable, Hashable {
    private let body: SignedBody

    /// When the record was begun, in milliseconds since 1970: tells it from an earlier one of the same name.
    package let createdAt: Int64

    /// The text itself.
    package var text: String { self.body.text }
    /// SHA-256 of the clusterID, cut to 8 bytes.
    package var clusterDigest: [UInt8] { self.body.clusterDigest }
    /// The pool of the record.
    package var poolID: Int64 { self.body.poolID }
    /// SHA-256 of the RADOS namespace, cut to 8 bytes.
    package var namespaceDigest: [UInt8] { self.body.namespaceDigest }
    /// Where the record is.
    package var recordKey: RecordKey { self.body.recordKey }

    /// Signs a new handle.
    package init(
        clusterID: String,
        poolID: Int64,
        namespace: String,
        recordKey: RecordKey,
        createdAt: Int64,
        keys: InstanceKeys
    ) throws(LockerError) {
        self.body = try SignedBody(
            .groupSnapshot,
            clusterID: clusterID,
            poolID: poolID,
            namespace: namespace,
            recordKey: recordKey,
            rest: withUnsafeBytes(of: createdAt.bigEndian) { Array($0) },
            keys: keys
        )
        self.createdAt = createdAt
    }

    /// Reads a `group_snapshot_id` without verifying its tag.
    ///
    /// - Returns: `nil` for a text that Locker never wrote: a snapshot that does not exist.
    /// - Throws: ``LockerError``: `failedPrecondition` for a handle of ceph-csi, and for one of a later version;
    ///   `invalidArgument` for a volume's or a single snapshot's.
    package init?(reading text: String) throws(LockerError) {
        guard let body = try SignedBody(reading: text, as: .groupSnapshot), body.rest.count == 8 else { return nil }
        self.body = body
        self.createdAt = Int64(bitPattern: body.rest.reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// Verifies that this installation has signed the handle.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition` for a wrong tag or a key that is not known.
    package func verify(with keys: InstanceKeys) throws(LockerError) { try self.body.verify(with: keys) }
}
