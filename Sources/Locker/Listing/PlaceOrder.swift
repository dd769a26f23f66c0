// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Which of all pools and RADOS namespaces comes when, for lists.
///
/// The order is by what never changes, so that a list that was begun goes on where it was although others come and go.
package struct PlaceOrder: Sendable, Hashable {
    /// SHA-256 of the cluster's fsid, cut to 8 bytes.
    package let clusterDigest: [UInt8]

    /// The pool's id.
    package let poolID: Int64

    /// SHA-256 of the RADOS namespace, cut to 8 bytes.
    package let namespaceDigest: [UInt8]

    /// A place by its names.
    package init(fsid: String, poolID: Int64, namespace: String) {
        self.init(
            clusterDigest: Digest.short(fsid),
            poolID: poolID,
            namespaceDigest: Digest.short(namespace)
        )
    }

    /// A place by its digests of 8 bytes.
    init(clusterDigest: [UInt8], poolID: Int64, namespaceDigest: [UInt8]) {
        self.clusterDigest = clusterDigest
        self.poolID = poolID
        self.namespaceDigest = namespaceDigest
    }

    /// Twenty-four bytes that sort as the places do, since no pool has a negative id.
    var bytes: [UInt8] {
        self.clusterDigest + withUnsafeBytes(of: self.poolID.bigEndian) { Array($0) } + self.namespaceDigest
    }
}

extension PlaceOrder: Comparable {
    package static func < (left: Self, right: Self) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}
