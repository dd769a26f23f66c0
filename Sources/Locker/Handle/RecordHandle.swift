// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A handle that leads to a record: a volume's, a snapshot's or a group snapshot's.
package protocol RecordHandle: Sendable {
    /// What Kubernetes keeps.
    var text: String { get }

    /// SHA-256 of the clusterID, cut to 8 bytes.
    var clusterDigest: [UInt8] { get }

    /// The pool that holds the record.
    var poolID: Int64 { get }

    /// SHA-256 of the RADOS namespace, cut to 8 bytes.
    var namespaceDigest: [UInt8] { get }

    /// Where the record is in that pool and namespace.
    var recordKey: RecordKey { get }
}

extension VolumeHandle: RecordHandle {}
extension SnapshotHandle: RecordHandle {}
extension GroupSnapshotHandle: RecordHandle {}
