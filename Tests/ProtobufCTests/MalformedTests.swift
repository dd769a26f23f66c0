// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import ProtobufC
internal import Redaction
internal import Testing

/// Bytes that are refused, each with its reason and the place that the caller is told.
@Suite(.timeLimit(.minutes(1)))
struct MalformedTests {
    /// Bytes that are no CreateVolumeRequest.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let reason: WireError.Reason
        let location: String

        init(_ description: String, _ bytes: [UInt8], _ reason: WireError.Reason, _ location: String = "") {
            self.testDescription = description
            self.bytes = bytes
            self.reason = reason
            self.location = "csi.v1.CreateVolumeRequest" + location
        }
    }

    private static let badText: [UInt8] = [0x61, 0xC3, 0x28]

    static let texts: [Case] = [
        Case("invalid UTF-8 in a string", Encoded.delimited(1, badText), .invalidUTF8, ".name"),
        Case("a surrogate in a string", Encoded.delimited(1, [0xED, 0xA0, 0x80]), .invalidUTF8, ".name"),
        Case("an overlong slash", Encoded.delimited(1, [0xC0, 0xAF]), .invalidUTF8, ".name"),
        Case("past the last code point", Encoded.delimited(1, [0xF4, 0x90, 0x80, 0x80]), .invalidUTF8, ".name"),
        Case(
            "invalid UTF-8 in a map's key",
            Encoded.delimited(4, Encoded.delimited(1, badText)),
            .invalidUTF8,
            ".ParametersEntry.key"
        ),
        Case(
            "invalid UTF-8 in a map's value",
            Encoded.delimited(5, Encoded.text(1, "k") + Encoded.delimited(2, badText)),
            .invalidUTF8,
            ".SecretsEntry.value"
        ),
        Case("a NUL inside a string", Encoded.text(1, "pvc\u{0}-2"), .embeddedNUL, ".name"),
        Case("a NUL at a string's end", Encoded.text(1, "pvc\u{0}"), .embeddedNUL, ".name"),
        Case("a NUL in a map's key", Encoded.entry(4, "\u{0}", "v"), .embeddedNUL, ".ParametersEntry.key"),
        Case("a NUL in a map's value", Encoded.entry(8, "k", "\u{0}v"), .embeddedNUL, ".MutableParametersEntry.value"),
        Case(
            "invalid UTF-8 in a string that a later one replaces",
            Encoded.delimited(1, badText) + Encoded.text(1, "name"),
            .invalidUTF8,
            ".name"
        ),
    ]

    static let forms: [Case] = [
        Case("field number 0", [0x00, 0x00], .malformed),
        Case("a field number above 2^29 - 1", Encoded.varint(UInt64(0x2000_0000) << 3) + [0], .malformed),
        Case("the start of a group", [0x0B, 0x0C], .malformed),
        Case("the end of a group", [0x0C], .malformed),
        Case("wire type 6", [0x0E, 0], .malformed),
        Case("a string as a number", Encoded.number(1, 5), .malformed),
        Case("a string as 8 bytes", [1 << 3 | 1, 1, 2, 3, 4, 5, 6, 7, 8], .malformed),
        Case("a message as a number", Encoded.number(2, 5), .malformed),
        Case(
            "a message as a number beside two of it",
            Encoded.delimited(2, []) + Encoded.number(2, 1 << 40) + Encoded.delimited(2, []),
            .malformed
        ),
        Case("a map as 4 bytes", [4 << 3 | 5, 1, 2, 3, 4], .malformed),
        Case("a number as text", Encoded.delimited(2, Encoded.text(1, "5")), .malformed),
        Case("a varint of 11 bytes", [15 << 3] + Array(repeating: 0xFF, count: 11), .malformed),
        Case(
            "a number of 11 bytes",
            Encoded.delimited(2, [1 << 3] + Array(repeating: 0x80, count: 10) + [1]),
            .malformed
        ),
        Case("a length past the end", [1 << 3 | 2, 5, 0x61], .malformed),
        Case("a length of 2^31", [1 << 3 | 2] + Encoded.varint(1 << 31), .malformed),
        Case("a length of 2^64 - 1", [1 << 3 | 2] + Encoded.varint(.max), .malformed),
        Case("an unknown field's length past the end", [13 << 3 | 2, 9], .malformed),
        Case(
            "a nested length past its message but not past the bytes",
            [2 << 3 | 2, 2, 1 << 3 | 2, 4] + Encoded.text(1, "abcd"),
            .malformed
        ),
    ]

    @Test("is refused", arguments: texts)
    func badTexts(_ malformed: Case) {
        self.expectRefused(malformed)
    }

    @Test("is refused", arguments: forms)
    func badForms(_ malformed: Case) throws {
        // The message or one nested in it: bytes that cannot be walked have no field to name.
        let error = #expect(throws: WireError.self) { try CreateVolumeRequest(decoding: malformed.bytes) }
        #expect(error?.reason == malformed.reason)
        #expect(try #require(error).location.hasPrefix("csi.v1."))
    }

    private func expectRefused(_ malformed: Case) {
        let expected = WireError(malformed.reason, at: malformed.location)
        #expect(throws: expected) { try CreateVolumeRequest(decoding: malformed.bytes) }
    }

    @Test("4 MiB are read, one byte more is refused")
    func size() throws {
        let limit = WireLimits.messageBytes
        #expect(limit == 4 << 20)
        // Tag, a length of four bytes, the text.
        let largest = Encoded.delimited(1, Array(repeating: 0x61, count: limit - 5))
        #expect(largest.count == limit)
        let read = try CreateVolumeRequest(decoding: largest)
        #expect(read.name.utf8.count == limit - 5)
        let tooLarge = Encoded.delimited(1, Array(repeating: 0x61, count: limit - 4))
        #expect(throws: WireError(.tooLarge(bytes: limit + 1), at: "csi.v1.CreateVolumeRequest")) {
            try CreateVolumeRequest(decoding: tooLarge)
        }
    }

    @Test("a message cut at any byte is refused or is a shorter message, and each is told from the other")
    func truncated() throws {
        let whole = try Sample.request.encoded()
        var read = 0
        for length in 0..<whole.count {
            do throws(WireError) {
                let shorter = try CreateVolumeRequest(decoding: Array(whole[..<length]))
                // Only between two fields can a cut leave a message, and that is exactly these bytes.
                let encoded = try shorter.encoded()
                #expect(encoded == Array(whole[..<length]), "cut at \(length)")
                read += 1
            } catch {
                #expect(error.reason == .malformed, "cut at \(length)")
            }
        }
        #expect(read == Sample.requestFields)
    }

    @Test("a NUL is refused when writing too, since C would cut the text there")
    func writingNUL() {
        #expect(throws: WireError(.embeddedNUL, at: "csi.v1.CreateVolumeRequest.name")) {
            try CreateVolumeRequest(name: "a\u{0}b").encoded()
        }
        #expect(throws: WireError(.embeddedNUL, at: "csi.v1.CreateVolumeRequest.secrets")) {
            try CreateVolumeRequest(secrets: ["userKey": "a\u{0}b"]).encoded()
        }
        #expect(throws: WireError(.embeddedNUL, at: "csi.v1.VolumeCapability.MountVolume.mount_flags")) {
            try VolumeCapability.MountVolume(mountFlags: ["noatime", "\u{0}"]).encoded()
        }
    }

    @Test(
        "an error says in words what is wrong and where",
        arguments: [
            (WireError.Reason.invalidUTF8, "m.f: the text is not valid UTF-8"),
            (.embeddedNUL, "m.f: the text contains a NUL character"),
            (.nestedTooDeep, "m.f: messages are nested deeper than 64"),
            (.malformed, "m.f: the bytes are not a message of this type"),
            (.tooLarge(bytes: 5_000_000), "m.f: 5000000 bytes are more than the 4194304 that a message may have"),
        ]
    )
    func words(reason: WireError.Reason, words: String) {
        #expect("\(WireError(reason, at: "m.f"))" == words)
    }
}
