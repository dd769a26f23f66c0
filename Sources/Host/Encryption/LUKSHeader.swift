// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CCryptsetup
internal import CLinux
internal import Glibc
internal import SystemPackage

/// A LUKS2 header for a volume, made in memory: it takes no device, no root and a few milliseconds.
///
/// AES-256 in XTS mode with `plain64` and sectors of 512 bytes: what both librbd 16 and dm-crypt read, with the sector size
/// that every front end shows, so that a filesystem made through one is mounted through the other. The data encryption key
/// opens the one keyslot through PBKDF2 with as few rounds as LUKS2 allows: the rounds make guessing dear, and 256 random
/// bits are not guessed. See: the LUKS2 on-disk format, cryptsetup's docs/on-disk-format-luks2.pdf.
package struct LUKSHeader: Sendable {
    /// A run of bytes of the header.
    package struct Part: Sendable {
        /// Where it belongs, in bytes from the image's start.
        package let offset: UInt64
        package let bytes: [UInt8]
    }

    /// Where the data begin, in bytes.
    package let dataOffset: UInt64
    /// The header's UUID, as `blkid` shows it.
    package let uuid: String
    /// The wrapped key. Without the heads it is no header.
    package let keyslot: Part
    /// Both copies of the metadata, from offset zero on: written in one piece, after the keyslot, they make it a header.
    package let heads: Part

    /// How LUKS begins: the first copy of its metadata, and the second.
    private static let magics: [[UInt8]] = [Array("LUKS".utf8) + [0xBA, 0xBE], Array("SKUL".utf8) + [0xBA, 0xBE]]

    /// How librbd has both begin on a clone, so that a parent's header is not taken for the clone's own; it puts LUKS' back
    /// before it reads them, as the checksums are of those, and on the image once it is flattened. See:
    /// src/librbd/crypto/luks/Magic.cc in Ceph.
    private static let cloneMagics: [[UInt8]] = [
        Array("RBDL".utf8) + [0xBA, 0xBE], Array("LDBR".utf8) + [0xBA, 0xBE],
    ]

    /// The least room that a header takes, in bytes: what librbd and cryptsetup leave.
    package static let usualDataOffset: UInt64 = 16 << 20

    /// Bytes of the two copies of the metadata, 16 KiB each, which is LUKS2's default.
    package static let headsSize = 32 << 10

    /// How often PBKDF2 hashes: the least that LUKS2 allows. See: MIN_PBKDF2_ITERATIONS in cryptsetup.
    private static let rounds: UInt32 = 1000

    /// Bytes of a sector.
    package static let sectorSize = 512

    /// ``heads`` as a clone has them, whose parent is not encrypted or is so in another way: what librbd 17 and later open,
    /// and nothing else does.
    package var headsOfClone: Part {
        var bytes = self.heads.bytes
        for (number, magic) in Self.cloneMagics.enumerated() {
            let offset = number * Self.headsSize / 2
            bytes.replaceSubrange(offset..<offset + magic.count, with: magic)
        }
        return Part(offset: self.heads.offset, bytes: bytes)
    }

    /// Makes a header with a random volume key that `key` opens; blocks.
    ///
    /// - Parameter dataOffset: where the data are to begin, a multiple of 4096 and at least ``usualDataOffset``.
    /// - Throws: ``HostError`` with libcryptsetup's words.
    package init(for key: DataEncryptionKey, dataOffset: UInt64 = Self.usualDataOffset) throws(HostError) {
        let object = "a LUKS2 header"
        let file = OpenFile(
            owning: try systemCall("memfd_create", object) { locker_memory_file("luks2") }
        )
        // The library wants room for data behind the header.
        let size = off_t(dataOffset) + (1 << 20)
        try systemCall("ftruncate", object) { ftruncate(file.descriptor, size) }
        let path = "/proc/self/fd/\(file.descriptor)"
        let (uuid, area) = try CryptContext.with(object, "crypt_init", { crypt_init($0, path) }) {
            (context) throws(HostError) in
            try Self.format(context, key, dataOffset)
            return try Self.layout(context, dataOffset, object)
        }
        self.dataOffset = dataOffset
        self.uuid = uuid
        self.heads = try Self.part(of: file, 0..<UInt64(Self.headsSize), object)
        // The rest of the room has random bytes, which nothing refers to.
        self.keyslot = try Self.part(of: file, area, object)
    }

    /// Whether an image that begins with these bytes has a LUKS header, be it with its second copy only or as a clone has
    /// it.
    package static func begins(_ bytes: [UInt8]) -> Bool {
        let second = bytes.dropFirst(Self.headsSize / 2)
        return [Self.magics, Self.cloneMagics].contains { magics in
            bytes.starts(with: magics[0]) || second.starts(with: magics[1])
        }
    }

    private static func format(
        _ context: borrowing CryptContext,
        _ key: DataEncryptionKey,
        _ dataOffset: UInt64
    ) throws(HostError) {
        try context.check("crypt_set_pbkdf_type") { locker_set_pbkdf2($0, Self.rounds) }
        var parameters = crypt_params_luks2()
        parameters.data_alignment = Int(dataOffset / 512)
        parameters.sector_size = UInt32(Self.sectorSize)
        // 512 bits: XTS takes two keys of 256.
        try context.check("crypt_format") {
            crypt_format($0, CRYPT_LUKS2, "aes", "xts-plain64", nil, nil, 64, &parameters)
        }
        try key.withBytes { (bytes) throws(HostError) in
            let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            try context.check("crypt_keyslot_add_by_volume_key") {
                crypt_keyslot_add_by_volume_key($0, 0, nil, 0, text, bytes.count)
            }
        }
    }

    /// The UUID, and where the keyslot is.
    private static func layout(
        _ context: borrowing CryptContext,
        _ dataOffset: UInt64,
        _ object: String
    ) throws(HostError) -> (uuid: String, keyslot: Range<UInt64>) {
        var (offset, length): (UInt64, UInt64) = (0, 0)
        try context.check("crypt_keyslot_area") { crypt_keyslot_area($0, 0, &offset, &length) }
        guard crypt_get_data_offset(context.raw) * 512 == dataOffset,
            crypt_get_sector_size(context.raw) == Self.sectorSize,
            offset >= Self.headsSize, offset + length <= dataOffset,
            let uuid = crypt_get_uuid(context.raw)
        else {
            throw HostError(
                call: "crypt_format",
                code: .invalidArgument,
                object: object,
                note: "libcryptsetup chose another layout than it was asked for"
            )
        }
        return (String(cString: uuid), offset..<offset + length)
    }

    private static func part(
        of file: borrowing OpenFile,
        _ range: Range<UInt64>,
        _ object: String
    ) throws(HostError) -> Part {
        var bytes = [UInt8](repeating: 0, count: range.count)
        let descriptor = file.descriptor
        let count = try systemCall("pread", object) {
            pread(descriptor, &bytes, bytes.count, off_t(range.lowerBound))
        }
        guard count == bytes.count else { throw HostError(call: "pread", code: .ioError, object: object) }
        return Part(offset: range.lowerBound, bytes: bytes)
    }
}
