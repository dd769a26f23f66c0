// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto

/// The first bytes of a device, and which filesystem they are of.
enum FilesystemHead {
    /// How many bytes tell.
    static let length = 4096

    /// The filesystem that a volume can have; one in the state NONE for anything else.
    static func filesystem(in bytes: [UInt8]) -> Filesystem {
        guard bytes.count >= Self.length else { return Filesystem() }
        // s_magic and s_uuid of ext4's superblock, which begins at 1024; sb_magicnum and sb_uuid of XFS'.
        if bytes[1024 + 0x38] == 0x53, bytes[1024 + 0x39] == 0xEF {
            return self.formatted("ext4", uuid: bytes[(1024 + 0x68)..<(1024 + 0x78)])
        }
        if bytes.starts(with: "XFSB".utf8) { return self.formatted("xfs", uuid: bytes[32..<48]) }
        return Filesystem()
    }

    private static func formatted(_ type: String, uuid: ArraySlice<UInt8>) -> Filesystem {
        let digits = Array(uuid).hex
        var groups: [Substring] = []
        var rest = Substring(digits)
        for length in [8, 4, 4, 4, 12] {
            groups.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return Filesystem(state: .formatted, type: type, uuid: groups.joined(separator: "-"))
    }
}
