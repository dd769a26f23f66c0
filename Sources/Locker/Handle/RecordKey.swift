// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Crypto

/// Where a record is: a digest of the installation and of the request's name, so that a name that comes again leads to
/// the same record without a list to look it up in.
package struct RecordKey: Sendable, Hashable {
    /// Sixteen bytes.
    package let bytes: [UInt8]

    /// The key of a volume's name within one installation of Locker.
    package init(instance: String, name: String) {
        self.init(digesting: Array(instance.utf8) + [0] + Array(name.utf8))
    }

    /// The key of a snapshot's name within one installation of Locker.
    ///
    /// No name of a volume leads to it: none holds the control character that follows the instance.
    package init(instance: String, snapshot name: String) {
        self.init(digesting: Array(instance.utf8) + [0, 1] + Array(name.utf8))
    }

    /// The key of a group snapshot's name within one installation of Locker.
    package init(instance: String, groupSnapshot name: String) {
        self.init(digesting: Array(instance.utf8) + [0, 2] + Array(name.utf8))
    }

    private init(digesting bytes: [UInt8]) {
        self.init(bytes: Array(SHA256.hash(data: bytes).prefix(16)))
    }

    /// The key with these bytes, which must be sixteen.
    package init(bytes: [UInt8]) {
        precondition(bytes.count == 16, "a record key has 16 bytes")
        self.bytes = bytes
    }

    /// The key written as `v/<hex>`'s second half.
    package init?(hex: some StringProtocol) {
        guard let bytes = [UInt8](hex: hex), bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Lower-case hexadecimal: 32 digits.
    package var hex: String { self.bytes.hex }

    /// The key of the record that an image, a snapshot or a group belongs to, by its name; `nil` for somebody else's.
    package init?(imageName: some StringProtocol) {
        guard imageName.hasPrefix(Self.imagePrefix) else { return nil }
        self.init(hex: imageName.dropFirst(Self.imagePrefix.count))
    }

    /// The image, the snapshot or the group that belongs to this record.
    package var imageName: String { "\(Self.imagePrefix)\(self.hex)" }

    private static let imagePrefix = "locker-"

    /// What an image that is copied byte by byte is called until it is whole.
    var partialImageName: String { "\(self.imageName)\(Self.partialSuffix)" }

    private static let partialSuffix = "-partial"

    /// The key of the record that a half copy belongs to, by its name; `nil` for anything else.
    init?(partialImageName name: some StringProtocol) {
        guard name.hasSuffix(Self.partialSuffix) else { return nil }
        self.init(imageName: name.dropLast(Self.partialSuffix.count))
    }
}

extension [UInt8] {
    /// The bytes that hexadecimal digits stand for; `nil` for anything else.
    package init?(hex: some StringProtocol) {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in hex.utf8 {
            let digit: UInt8
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        guard high == nil else { return nil }
        self = bytes
    }

    /// Lower-case hexadecimal.
    package var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: self.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
