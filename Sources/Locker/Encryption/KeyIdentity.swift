// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto
package import Rados

/// Which volume a data encryption key is of: a wrapped key that is moved to another volume, pool or cluster does not open.
package struct KeyIdentity: Sendable, Hashable {
    /// The cluster's id.
    package let fsid: String
    /// The volume's pool.
    package let poolID: Int64
    /// The volume's RADOS namespace.
    package let namespace: String
    /// Where its record is.
    package let recordKey: RecordKey
    /// The name of its key.
    package let dataKeyID: String

    /// The identity of a volume by where its record was found.
    ///
    /// - Parameter io: the volume's pool and namespace.
    package init(_ record: VolumeRecord, at key: RecordKey, in io: IOContext) {
        self.init(
            fsid: io.cluster.fsid,
            poolID: io.poolID,
            namespace: io.namespace,
            recordKey: key,
            dataKeyID: record.dataKeyID
        )
    }

    /// An identity by its parts.
    package init(fsid: String, poolID: Int64, namespace: String, recordKey: RecordKey, dataKeyID: String) {
        self.fsid = fsid
        self.poolID = poolID
        self.namespace = namespace
        self.recordKey = recordKey
        self.dataKeyID = dataKeyID
    }

    /// What a wrapped key is bound to; permanent, as docs/records.md has it.
    package var bytes: [UInt8] {
        let parts = [
            "locker data key 1", self.fsid, "\(self.poolID)", self.namespace, self.recordKey.hex, self.dataKeyID,
        ]
        // None of them can hold a zero byte, so that no two identities have the same bytes.
        return Array(parts.joined(separator: "\0").utf8)
    }
}
