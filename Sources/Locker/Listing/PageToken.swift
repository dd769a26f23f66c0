// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Crypto

/// Where a list goes on: what `next_token` is.
///
/// Base64url of: version (1 byte), which list (1), the position of the last entry that was answered (cluster digest 8,
/// pool id 8, namespace digest 8, shard 4, record key 16), and SHA-256 of all that cut to 8: 72 characters. It names a
/// position rather than an entry, so it stays valid when that entry, its namespace or its pool is gone, and in another
/// process of any later version.
package struct PageToken: Sendable, Hashable {
    /// Which list a token is of.
    package enum List: UInt8, Sendable {
        case volumes = 1
        case snapshots = 2
    }

    private static let version: UInt8 = 1

    /// The position to go on after.
    package let position: RecordPosition

    private let list: List

    /// The token for the entries after a position.
    package init(_ list: List, after position: RecordPosition) {
        self.list = list
        self.position = position
    }

    /// Reads a `starting_token`.
    ///
    /// - Returns: `nil` for the empty one, which is the list's beginning.
    /// - Throws: ``LockerError`` with `aborted` for one that this list never gave, as the specification wants.
    package init?(reading text: String, of list: List) throws(LockerError) {
        guard !text.isEmpty else { return nil }
        guard let bytes = Base64URL.decode(text), bytes.count == 54, Self.check(bytes.dropLast(8)) == bytes.suffix(8),
            bytes[0] == Self.version, bytes[1] == list.rawValue
        else {
            throw LockerError(
                .aborted,
                "starting_token \"\(text.prefix(128))\" is no next_token of this list; begin again without one"
            )
        }
        let place = PlaceOrder(
            clusterDigest: Array(bytes[2..<10]),
            poolID: bytes[10..<18].reduce(0) { $0 << 8 | Int64($1) },
            namespaceDigest: Array(bytes[18..<26])
        )
        let shard = bytes[26..<30].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        self.list = list
        self.position = RecordPosition(place: place, shard: shard, key: RecordKey(bytes: Array(bytes[30..<46])))
    }

    /// The token itself.
    package var text: String {
        var bytes = [Self.version, self.list.rawValue] + self.position.place.bytes
        bytes += withUnsafeBytes(of: self.position.shard.bigEndian) { Array($0) }
        bytes += self.position.key.bytes
        return Base64URL.encode(bytes + Self.check(bytes))
    }

    private static func check(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        Array(SHA256.hash(data: Array("locker.page".utf8) + bytes).prefix(8))
    }
}
