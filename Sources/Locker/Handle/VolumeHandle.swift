// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What Kubernetes keeps of a volume: its `volume_id`.
///
/// Base64url of: version (1 byte, 1), key number (1), SHA-256 of the clusterID cut to 8, pool id (8, big endian),
/// SHA-256 of the RADOS namespace cut to 8, record key (16), image id (a length byte and at most 24), and an HMAC-SHA256
/// of all that cut to 16. At most 123 characters. docs/records.md has the same; the format is permanent.
package struct VolumeHandle: Sendable, Hashable {
    /// The text itself.
    package let text: String
    /// The number of the key it was signed with.
    package let keyNumber: UInt8
    /// SHA-256 of the clusterID, cut to 8 bytes.
    package let clusterDigest: [UInt8]
    /// The pool of the image's header.
    package let poolID: Int64
    /// SHA-256 of the RADOS namespace, cut to 8 bytes.
    package let namespaceDigest: [UInt8]
    /// Where the record is.
    package let recordKey: RecordKey
    /// The image's id, which no other image of the cluster ever gets.
    package let imageID: String

    private let body: [UInt8]
    private let tag: [UInt8]

    /// Signs a new handle.
    package init(
        clusterID: String,
        poolID: Int64,
        namespace: String,
        recordKey: RecordKey,
        imageID: String,
        keys: InstanceKeys
    ) throws(LockerError) {
        guard (1...24).contains(imageID.utf8.count) else {
            throw LockerError(.internal, "the image id \"\(imageID)\" does not fit into a volume handle")
        }
        var body: [UInt8] = [1, keys.signing]
        body += Digest.short(clusterID)
        body += withUnsafeBytes(of: poolID.bigEndian) { Array($0) }
        body += Digest.short(namespace)
        body += recordKey.bytes
        body += [UInt8(imageID.utf8.count)] + Array(imageID.utf8)
        guard let tag = keys.tag(of: body, key: keys.signing) else {
            throw LockerError(.internal, "the signing key is not among the instance's keys")
        }
        self.text = Base64URL.encode(body + tag)
        self.keyNumber = keys.signing
        self.clusterDigest = Digest.short(clusterID)
        self.poolID = poolID
        self.namespaceDigest = Digest.short(namespace)
        self.recordKey = recordKey
        self.imageID = imageID
        self.body = body
        self.tag = tag
    }

    /// Reads a `volume_id` without verifying its tag, as nodes do, which compare it with the record instead.
    ///
    /// - Returns: `nil` for a text that Locker never wrote: a volume that does not exist.
    /// - Throws: ``LockerError`` with `failedPrecondition` for a handle of ceph-csi, and for one of a later version.
    package init?(reading text: String) throws(LockerError) {
        if text.hasPrefix("0001-") {
            throw LockerError(
                .failedPrecondition,
                "volume_id \(text.prefix(64)) was made by ceph-csi; Locker does not touch its volumes"
            )
        }
        guard let bytes = Base64URL.decode(text), let version = bytes.first, bytes.count <= 96 else { return nil }
        guard bytes.count >= 43 + 1 + 16 else { return nil }
        guard version == 1 else {
            guard version <= 8 else { return nil }
            let message =
                "volume_id \(text) has the handle version \(version), which this version of Locker cannot read"
            throw LockerError(.failedPrecondition, message)
        }
        let length = Int(bytes[42])
        guard (1...24).contains(length), bytes.count == 43 + length + 16 else { return nil }
        self.text = text
        self.keyNumber = bytes[1]
        self.clusterDigest = Array(bytes[2..<10])
        self.poolID = Int64(bitPattern: bytes[10..<18].reduce(0) { $0 << 8 | UInt64($1) })
        self.namespaceDigest = Array(bytes[18..<26])
        self.recordKey = RecordKey(bytes: Array(bytes[26..<42]))
        self.imageID = String(decoding: bytes[43..<(43 + length)], as: UTF8.self)
        self.body = Array(bytes.dropLast(16))
        self.tag = Array(bytes.suffix(16))
    }

    /// Verifies that this installation has signed the handle, as only the controller can.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition` for a wrong tag or a key that is not known: never taken for
    ///   a volume that does not exist, since that would answer a delete with success.
    package func verify(with keys: InstanceKeys) throws(LockerError) {
        guard let expected = keys.tag(of: self.body, key: self.keyNumber) else {
            throw LockerError(
                .failedPrecondition,
                "volume_id \(self.text) was signed with the instance key \(self.keyNumber), which --instance-key lacks"
            )
        }
        // Every byte is looked at, so that the time tells nothing about where they differ.
        guard zip(expected, self.tag).reduce(0, { $0 | ($1.0 ^ $1.1) }) == 0 else {
            throw LockerError(
                .failedPrecondition,
                "volume_id \(self.text) carries a signature that is not this installation's"
            )
        }
    }
}
