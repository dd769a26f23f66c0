// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Testing

/// Headers made in memory. That librbd and dm-crypt open them is BlockMapTests' to show.
struct LUKSHeaderTests {
    @Test(
        "A header has two copies of its metadata in one piece, and the wrapped key apart",
        arguments: [16, 32] as [UInt64]
    )
    func layout(mebibytes: UInt64) throws {
        let start = ContinuousClock.now
        let header = try LUKSHeader(for: try .random(), dataOffset: mebibytes << 20)
        #expect(ContinuousClock.now - start < .seconds(2))
        #expect(header.dataOffset == mebibytes << 20)
        #expect(header.heads.offset == 0 && header.heads.bytes.count == LUKSHeader.headsSize)
        #expect(LUKSHeader.begins(header.heads.bytes))
        let metadata = String(decoding: header.heads.bytes, as: UTF8.self)
        for word in [
            "aes-xts-plain64", "pbkdf2", "\"iterations\":1000", "\"offset\":\"\(mebibytes << 20)\"", header.uuid,
        ] {
            #expect(metadata.contains(word), "\(word)")
        }
        #expect(!metadata.contains("argon2"))
        let keyslot = header.keyslot
        #expect(keyslot.offset >= LUKSHeader.headsSize && keyslot.offset + UInt64(keyslot.bytes.count) < 1 << 20)
        #expect(keyslot.bytes.count > 64 * 4000 && !LUKSHeader.begins(keyslot.bytes))
        let second = [UInt8](repeating: 0, count: 16384) + header.heads.bytes.dropFirst(16384)
        #expect(LUKSHeader.begins(second) && !LUKSHeader.begins([UInt8](repeating: 0, count: 32768)))
        #expect(!LUKSHeader.begins([]))
    }

    @Test("Two headers of one key have nothing in common but their form; many are made at once")
    func random() async throws {
        let key = try DataEncryptionKey.random()
        let uuids = try await withThrowingTaskGroup(of: (String, [UInt8]).self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let header = try LUKSHeader(for: key)
                    return (header.uuid, header.keyslot.bytes)
                }
            }
            return try await group.reduce(into: [String: [UInt8]]()) { $0[$1.0] = $1.1 }
        }
        #expect(uuids.count == 8 && Set(uuids.values).count == 8)
    }

    @Test("A layout that LUKS2 does not have is refused", arguments: [0, 4096, 1 << 20] as [UInt64])
    func refusal(offset: UInt64) throws {
        let key = try DataEncryptionKey.random()
        let error = #expect(throws: HostError.self) { _ = try LUKSHeader(for: key, dataOffset: offset) }
        #expect(error?.call.hasPrefix("crypt_") == true, "\(String(describing: error))")
    }
}
