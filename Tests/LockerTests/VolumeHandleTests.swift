// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import Testing

/// The volume handle, version 1: PersistentVolumes keep it for years, so its text never changes.
struct VolumeHandleTests {
    // Computed outside this code base, from the format's description with Python's hashlib, hmac and base64.
    private static let golden =
        "AQfWJq7rnrgAMwAAAAAAAAADpmTMaGoO21z2ytp6H1yDEczFB4vsI_o4DDEwMjI2YjhiNDU2N-zarTwgZTX1s4ExgOGih_U"
    private static let longest =
        "AQfWJq7rnrgAM0AAAAAAAAAA47DEQpj8HBT2ytp6H1yDEczFB4vsI_o4GDAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2N9HVLKh9iCDI9aHM79SvEOk"
    private static let later =
        "AgfWJq7rnrgAMwAAAAAAAAADpmTMaGoO21z2ytp6H1yDEczFB4vsI_o4DDEwMjI2YjhiNDU2N7iQKGAYNx5YdLlCFVlmxMk"

    private let keys = try? InstanceKeys(parsing: "7 0123456789abcdefgolden\n")
    private let recordKey = RecordKey(instance: "locker-lab", name: "pvc-0fa7")

    private func handle(
        poolID: Int64 = 3,
        namespace: String = "informatics-1",
        imageID: String = "10226b8b4567",
        keys: InstanceKeys? = nil
    ) throws -> VolumeHandle {
        try VolumeHandle(
            clusterID: "ceph-lab",
            poolID: poolID,
            namespace: namespace,
            recordKey: self.recordKey,
            imageID: imageID,
            keys: #require(keys ?? self.keys)
        )
    }

    @Test("Fixed input gives the fixed text")
    func golden() throws {
        #expect(try self.handle().text == Self.golden)
        let long = try self.handle(poolID: 1 << 62, namespace: "", imageID: "0123456789abcdef01234567")
        #expect(long.text == Self.longest)
        #expect(long.text.utf8.count <= 128)
    }

    @Test("What was written is read back, field by field")
    func roundTrip() throws {
        let made = try self.handle()
        let read = try #require(try VolumeHandle(reading: Self.golden))
        #expect(read == made)
        #expect(read.keyNumber == 7)
        #expect(read.clusterDigest == Digest.short("ceph-lab"))
        #expect(read.poolID == 3)
        #expect(read.namespaceDigest == Digest.short("informatics-1"))
        #expect(read.recordKey == self.recordKey)
        #expect(read.imageID == "10226b8b4567")
        try read.verify(with: #require(self.keys))
        let long = try #require(try VolumeHandle(reading: Self.longest))
        #expect(long.poolID == 1 << 62)
        try long.verify(with: #require(self.keys))
    }

    @Test("With any byte changed in any bit it is refused or nobody's, never believed")
    func tampered() async throws {
        let keys = try #require(self.keys)
        let bytes = try #require(Base64URL.decode(Self.golden))
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << bit
                let text = Base64URL.encode(changed)
                do {
                    guard let handle = try VolumeHandle(reading: text) else {
                        // Only where the form itself is broken: the version and the image id's length.
                        #expect(index == 0 || index == 42, "byte \(index)")
                        continue
                    }
                    try handle.verify(with: keys)
                    Issue.record("byte \(index) bit \(bit) changed and believed")
                } catch {
                    // With another first byte it may have the form of a snapshot's or a group's.
                    let code: LockerError.Code =
                        index == 0 && [4, 5].contains(bit) ? .invalidArgument : .failedPrecondition
                    #expect(error.code == code, "byte \(index): \(error)")
                }
            }
        }
    }

    private static let foreignTexts: [String] = [
        "", "x", "pvc-0fa7", "not base64!", golden + "A", golden + "AAAA", golden + "=", golden + " ",
        String(golden.dropLast()), String(golden.dropLast(8)), String(golden.prefix(79)),
        // The last letter's two unused bits set: the same bytes, but not the text that was written.
        String(golden.dropLast()) + "V", golden.replacing("-", with: "+"), String(repeating: "A", count: 4096),
        String(repeating: "_", count: 95), "CQ" + String(golden.dropFirst(2)),
    ]

    @Test("What Locker never wrote is a volume that does not exist", arguments: foreignTexts)
    func foreign(_ text: String) throws {
        #expect(try VolumeHandle(reading: text) == nil)
    }

    @Test("Every shorter text is read without harm and is nobody's")
    func cut() throws {
        let bytes = try #require(Base64URL.decode(Self.golden))
        for count in 0..<bytes.count {
            #expect(try VolumeHandle(reading: Base64URL.encode(Array(bytes.prefix(count)))) == nil, "\(count)")
        }
    }

    @Test("ceph-csi's handles and those of a later version are refused by name")
    func refused() async throws {
        let foreign =
            "0001-0024-5fe2c0a1-36e1-4d7e-9d5c-7a2a6c1f0b11-0000000000000003-7b1c0c55-0000-0000-0000-000000000000"
        await expectRefusal(.failedPrecondition, saying: "ceph-csi") { try VolumeHandle(reading: foreign) }
        await expectRefusal(.failedPrecondition, saying: "version 2") { try VolumeHandle(reading: Self.later) }
    }

    @Test("A handle of an unknown key is refused, naming the key; one of an old key is still believed")
    func keys() async throws {
        let old = try self.handle()
        let both = try InstanceKeys(parsing: "8 a-new-key-of-16-or-more\n7 0123456789abcdefgolden\n")
        try old.verify(with: both)
        let new = try self.handle(keys: both)
        #expect(new.keyNumber == 8)
        try new.verify(with: both)
        await expectRefusal(.failedPrecondition, saying: "instance key 8") {
            try new.verify(with: #require(self.keys))
        }
        let same = try InstanceKeys(parsing: "7 0123456789abcdefsilver\n")
        await expectRefusal(.failedPrecondition, saying: "signature") { try old.verify(with: same) }
    }

    @Test("An image id that does not fit is refused", arguments: ["", String(repeating: "x", count: 25)])
    func imageID(_ id: String) async {
        await expectRefusal(.internal, saying: "image id") { try self.handle(imageID: id) }
    }
}
