// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import Testing

/// The texts that bytes and times are written as.
struct TextFormsTests {
    @Test(
        "Base64url as RFC 4648 has it, without padding",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ]
    )
    func base64(_ plain: String, _ encoded: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == encoded)
        #expect(Base64URL.decode(encoded) == Array(plain.utf8))
    }

    @Test("Every byte comes back, and the alphabet is the one for URLs")
    func alphabet() {
        let all = (0...255).map(UInt8.init)
        #expect(Base64URL.decode(Base64URL.encode(all)) == all)
        #expect(Base64URL.encode([0xfb, 0xff]) == "-_8")
    }

    @Test("Only the one spelling is taken", arguments: ["Z", "Zg==", "Zh", "Zm9", "Zm9v\n", "+_8", "Zm 9v", "Zmé"])
    func otherSpelling(_ text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test("A record's key is the permanent digest of installation and name")
    func recordKey() {
        // SHA-256 of "locker-lab", a zero byte and "pvc-0fa7", its first 16 bytes, by Python's hashlib.
        let key = RecordKey(instance: "locker-lab", name: "pvc-0fa7")
        #expect(key.hex == "f6cada7a1f5c8311ccc5078bec23fa38")
        #expect(key.imageName == "locker-f6cada7a1f5c8311ccc5078bec23fa38")
        #expect(RecordKey(hex: key.hex) == key)
        // The zero byte keeps the two names apart.
        #expect(RecordKey(instance: "ab", name: "c") != RecordKey(instance: "a", name: "bc"))
    }

    @Test(
        "What is no key's text is none",
        arguments: ["", "f6", "F6CADA7A1F5C8311CCC5078BEC23FA38", "f6cada7a1f5c8311ccc5078bec23fa3", "xx"]
    )
    func noRecordKey(_ text: String) {
        #expect(RecordKey(hex: text) == nil)
    }

    private static let quantities: [(bytes: Int64, text: String, words: String)] = [
        (0, "0", "0 bytes"), (1023, "1023", "1023 bytes"), (1024, "1Ki", "1 KiB (1024 bytes)"),
        (20 << 30, "20Gi", "20 GiB (21474836480 bytes)"), (3 << 29, "1536Mi", "1.5 GiB (1610612736 bytes)"),
        ((20 << 30) + 1, "21474836481", "20 GiB (21474836481 bytes)"),
        (1 << 60, "1024Pi", "1024 PiB (1152921504606846976 bytes)"),
    ]

    @Test("Quantities are written as they are read, and for people", arguments: quantities)
    func quantity(_ bytes: Int64, _ text: String, _ words: String) {
        #expect(Quantity.text(bytes) == text)
        #expect(Quantity.value(text) == bytes)
        #expect(Quantity.words(bytes: bytes) == words)
    }

    @Test("A name's digest is the start of its SHA-256")
    func digest() {
        #expect(Digest.short("") == [0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14])
    }

    @Test(
        "Times are written as ISO 8601 in UTC",
        arguments: [
            (Int64(0), "1970-01-01T00:00:00Z"), (1_795_420_800_000, "2026-11-23T08:00:00Z"),
            (1_795_420_800_999, "2026-11-23T08:00:00Z"), (951_782_400_000, "2000-02-29T00:00:00Z"),
        ]
    )
    func date(_ milliseconds: Int64, _ text: String) {
        #expect(DateText.iso8601(milliseconds: milliseconds) == text)
    }
}
