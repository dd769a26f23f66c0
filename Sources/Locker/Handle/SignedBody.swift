// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What every handle is made of: where the record is, what the handle names there, and the installation's signature.
///
/// Base64url of: kind and version (1 byte), key number (1), SHA-256 of the clusterID cut to 8, pool id (8, big endian),
/// SHA-256 of the RADOS namespace cut to 8, record key (16), what the kind adds, and an HMAC-SHA256 of all that cut to
/// 16. docs/records.md has the same; the format is permanent.
struct SignedBody: Sendable, Hashable {
    /// The high half says what is named, the low one which version of the format it is.
    enum Kind: UInt8 {
        case volume = 0x01
        case snapshot = 0x11
        case groupSnapshot = 0x21

        /// "volume_id", "snapshot_id", "group_snapshot_id".
        var field: String {
            switch self {
            case .volume: "volume_id"
            case .snapshot: "snapshot_id"
            case .groupSnapshot: "group_snapshot_id"
            }
        }
    }

    let text: String
    let keyNumber: UInt8
    let clusterDigest: [UInt8]
    let poolID: Int64
    let namespaceDigest: [UInt8]
    let recordKey: RecordKey
    /// What the kind adds after the record key.
    let rest: [UInt8]

    private let kind: Kind
    private let body: [UInt8]
    private let tag: [UInt8]

    /// Signs a new handle.
    ///
    /// - Parameter keyNumber: the key to sign with; 0 for the one that signs new handles.
    /// - Throws: ``LockerError`` with `failedPrecondition` for a key that is not known any more.
    init(
        _ kind: Kind,
        clusterID: String,
        poolID: Int64,
        namespace: String,
        recordKey: RecordKey,
        rest: [UInt8],
        keys: InstanceKeys,
        keyNumber: UInt8 = 0
    ) throws(LockerError) {
        let number = keyNumber == 0 ? keys.signing : keyNumber
        var body: [UInt8] = [kind.rawValue, number]
        body += Digest.short(clusterID)
        body += withUnsafeBytes(of: poolID.bigEndian) { Array($0) }
        body += Digest.short(namespace)
        body += recordKey.bytes
        body += rest
        guard let tag = keys.tag(of: body, key: number) else {
            throw LockerError(
                .failedPrecondition,
                "the \(kind.field) of record \(recordKey.hex) is signed with the instance key \(number), which"
                    + " --instance-key lacks; add that key to its file again"
            )
        }
        self.kind = kind
        self.text = Base64URL.encode(body + tag)
        self.keyNumber = number
        self.clusterDigest = Digest.short(clusterID)
        self.poolID = poolID
        self.namespaceDigest = Digest.short(namespace)
        self.recordKey = recordKey
        self.rest = rest
        self.body = body
        self.tag = tag
    }

    /// Reads a handle without verifying its tag.
    ///
    /// - Returns: `nil` for a text that Locker never wrote: something that does not exist.
    /// - Throws: ``LockerError``: `failedPrecondition` for a handle of ceph-csi, and for one of a later version;
    ///   `invalidArgument` for one that names something of another kind.
    init?(reading text: String, as kind: Kind) throws(LockerError) {
        if text.hasPrefix("0001-") {
            throw LockerError(
                .failedPrecondition,
                "\(kind.field) \(text.prefix(64)) was made by ceph-csi; Locker does not touch what is its"
            )
        }
        guard let bytes = Base64URL.decode(text), let first = bytes.first, (60...96).contains(bytes.count) else {
            return nil
        }
        guard first == kind.rawValue else {
            if let other = Kind(rawValue: first) {
                throw LockerError(.invalidArgument, "\(kind.field) \(text) is a \(other.field)")
            }
            guard (1...8).contains(first & 0x0f), first >> 4 <= 2 else { return nil }
            throw LockerError(
                .failedPrecondition,
                "\(kind.field) \(text) has the handle version \(first & 0x0f), which this version of Locker cannot read"
            )
        }
        self.kind = kind
        self.text = text
        self.keyNumber = bytes[1]
        self.clusterDigest = Array(bytes[2..<10])
        self.poolID = Int64(bitPattern: bytes[10..<18].reduce(0) { $0 << 8 | UInt64($1) })
        self.namespaceDigest = Array(bytes[18..<26])
        self.recordKey = RecordKey(bytes: Array(bytes[26..<42]))
        self.rest = Array(bytes[42...].dropLast(16))
        self.body = Array(bytes.dropLast(16))
        self.tag = Array(bytes.suffix(16))
    }

    /// Verifies that this installation has signed the handle, as only the controller can.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition` for a wrong tag or a key that is not known: never taken for
    ///   something that does not exist, since that would answer a delete with success.
    func verify(with keys: InstanceKeys) throws(LockerError) {
        guard let expected = keys.tag(of: self.body, key: self.keyNumber) else {
            throw LockerError(
                .failedPrecondition,
                "\(self.kind.field) \(self.text) was signed with the instance key \(self.keyNumber), which"
                    + " --instance-key lacks"
            )
        }
        // Every byte is looked at, so that the time tells nothing about where they differ.
        guard zip(expected, self.tag).reduce(0, { $0 | ($1.0 ^ $1.1) }) == 0 else {
            throw LockerError(
                .failedPrecondition,
                "\(self.kind.field) \(self.text) carries a signature that is not this installation's"
            )
        }
    }
}

extension SignedBody {
    /// An image's id as handles hold it: a length byte and at most 24 bytes.
    static func encode(imageID: String) throws(LockerError) -> [UInt8] {
        guard (1...24).contains(imageID.utf8.count) else {
            throw LockerError(.internal, "the image id \"\(imageID)\" does not fit into a handle")
        }
        return [UInt8(imageID.utf8.count)] + Array(imageID.utf8)
    }

    /// The image's id that `bytes` are; `nil` for anything else.
    static func imageID(decoding bytes: some Collection<UInt8>) -> String? {
        guard let length = bytes.first, (1...24).contains(length), bytes.count == 1 + Int(length) else { return nil }
        return String(decoding: bytes.dropFirst(), as: UTF8.self)
    }
}
