// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import ProtobufC
internal import Testing

/// Unusual bytes that protobuf has every decoder accept, and what they mean.
@Suite(.timeLimit(.minutes(1)))
struct LenientDecodingTests {
    @Test("of a field that occurs twice the last one counts")
    func duplicateScalars() throws {
        let text = try CreateVolumeRequest(decoding: Encoded.text(1, "first") + Encoded.text(1, "last"))
        #expect(text == CreateVolumeRequest(name: "last"))
        let number = try CapacityRange(decoding: Encoded.number(1, 5) + Encoded.number(1, -6))
        #expect(number == CapacityRange(requiredBytes: -6))
        let toDefault = try CapacityRange(decoding: Encoded.number(1, 5) + Encoded.number(1, 0))
        #expect(toDefault == CapacityRange())
        let toEmpty = try CreateVolumeRequest(decoding: Encoded.text(1, "first") + Encoded.text(1, ""))
        #expect(toEmpty == CreateVolumeRequest())
    }

    @Test("a message field that occurs twice is one message of both parts")
    func duplicateMessages() throws {
        let parts = Encoded.delimited(2, Encoded.number(1, 5)) + Encoded.delimited(2, Encoded.number(2, 7))
        let both = CapacityRange(requiredBytes: 5, limitBytes: 7)
        let merged = try CreateVolumeRequest(decoding: parts)
        #expect(merged == CreateVolumeRequest(capacityRange: both))
        let apart = try CreateVolumeRequest(
            decoding: Encoded.delimited(2, Encoded.number(1, 5)) + Encoded.text(1, "n")
                + Encoded.delimited(2, Encoded.number(2, 7) + Encoded.number(1, 6))
        )
        #expect(apart == CreateVolumeRequest(name: "n", capacityRange: CapacityRange(requiredBytes: 6, limitBytes: 7)))
    }

    @Test("two parts are joined at every depth, lists and maps too")
    func deepDuplicates() throws {
        // Volume.content_source.snapshot and Volume.accessible_topology, of a CreateVolumeResponse.
        let first =
            Encoded.delimited(4, Encoded.delimited(1, Encoded.text(1, "old")))
            + Encoded.delimited(5, Encoded.entry(1, "zone", "a"))
        let second =
            Encoded.delimited(4, Encoded.delimited(1, Encoded.text(1, "new"))) + Encoded.entry(3, "k", "v")
            + Encoded.delimited(5, Encoded.entry(1, "zone", "b"))
        let response = try CreateVolumeResponse(
            decoding: Encoded.delimited(1, Encoded.number(1, 9) + first) + Encoded.delimited(1, second)
        )
        let expected = Volume(
            capacityBytes: 9,
            volumeContext: ["k": "v"],
            contentSource: VolumeContentSource(kind: .snapshot(.init(snapshotID: "new"))),
            accessibleTopology: [Topology(segments: ["zone": "a"]), Topology(segments: ["zone": "b"])]
        )
        #expect(response == CreateVolumeResponse(volume: expected))
    }

    @Test("of a oneof's fields the last one counts, and two of one field are joined")
    func oneofs() throws {
        let snapshot = Encoded.delimited(1, Encoded.text(1, "s"))
        let volume = Encoded.delimited(2, Encoded.text(1, "v"))
        #expect(try self.source(snapshot + volume) == .volume(.init(volumeID: "v")))
        #expect(try self.source(volume + snapshot) == .snapshot(.init(snapshotID: "s")))
        #expect(try self.source(volume + snapshot + volume) == .volume(.init(volumeID: "v")))
        // Nothing of a field comes back that another one has replaced.
        let empty = Encoded.delimited(2, [])
        #expect(try self.source(volume + snapshot + empty) == .volume(.init()))
        #expect(try self.source(volume + empty) == .volume(.init(volumeID: "v")))
        let flags = [UInt8(1), 2].map { Encoded.delimited(2, Encoded.text(2, "flag\($0)")) }
        let mount = try VolumeCapability(decoding: flags[0] + flags[1])
        #expect(mount == VolumeCapability(accessType: .mount(.init(mountFlags: ["flag1", "flag2"]))))
    }

    private func source(_ bytes: [UInt8]) throws -> VolumeContentSource.Kind? {
        try VolumeContentSource(decoding: bytes).kind
    }

    @Test("a map's entry without key or value has an empty one, and of one key the last entry counts")
    func maps() throws {
        let cases: [([UInt8], [String: String])] = [
            (Encoded.entry(1, "k", nil), ["k": ""]),
            (Encoded.entry(1, nil, "v"), ["": "v"]),
            (Encoded.entry(1, nil, nil), ["": ""]),
            (
                Encoded.entry(1, "k", "old") + Encoded.entry(1, "j", "1") + Encoded.entry(1, "k", "new"),
                ["k": "new", "j": "1"]
            ),
            (Encoded.entry(1, "k", "old") + Encoded.entry(1, "k", nil), ["k": ""]),
            (Encoded.delimited(1, Encoded.text(2, "v") + Encoded.text(1, "k")), ["k": "v"]),
            (Encoded.delimited(1, Encoded.text(1, "x") + Encoded.text(2, "v") + Encoded.text(1, "k")), ["k": "v"]),
            (Encoded.delimited(1, Encoded.text(1, "k") + Encoded.text(9, "?") + Encoded.text(2, "v")), ["k": "v"]),
        ]
        for (bytes, segments) in cases {
            let topology = try Topology(decoding: bytes)
            #expect(topology.segments == segments)
        }
    }

    @Test("keys that Unicode calls equal are two keys on the wire")
    func equivalentKeys() throws {
        let composed = Encoded.entry(1, "\u{E9}", "1")
        let decomposed = Encoded.entry(1, "e\u{301}", "2")
        // Swift's dictionary takes the two for one; the last one counts, as with any key that comes twice.
        let topology = try Topology(decoding: composed + decomposed)
        #expect(topology.segments == ["e\u{301}": "2"])
    }

    @Test(
        "numbers: what a varint has above the field's width is cut off, as every implementation does",
        arguments: [
            (Encoded.varint(1), true), (Encoded.varint(0), false), (Encoded.varint(2), true),
            (Encoded.varint(.max), true),
            (Encoded.varint(1 << 40), true), ([0x80, 0x80, 0x00], false), ([0x81, 0x80, 0x80, 0x80, 0x00], true),
        ]
    )
    func bools(varint: [UInt8], expected: Bool) throws {
        let condition = try VolumeCondition(decoding: [1 << 3] + varint)
        #expect(condition.abnormal == expected)
    }

    @Test(
        "an enum keeps any number, negative ones too",
        arguments: [
            (2, 2), (99, 99), (.max, -1), (0xFFFF_FFFF, -1), (1 << 31, .min),
            (UInt64(bitPattern: Int64(Int32.min)), .min), (1 << 32 | 7, 7),
        ]
    )
    func enums(varint: UInt64, expected: Int32) throws {
        let usage = try VolumeUsage(decoding: [4 << 3] + Encoded.varint(varint))
        #expect(usage.unit.rawValue == expected)
        let again = try VolumeUsage(decoding: usage.encoded())
        #expect(again == usage)
    }

    @Test("unknown fields of any wire type are ignored, in nested messages too")
    func unknownFields() throws {
        let unknown: [UInt8] =
            Encoded.number(15, -1) + [15 << 3 | 1, 1, 2, 3, 4, 5, 6, 7, 8] + [14 << 3 | 5, 1, 2, 3, 4]
            + Encoded.delimited(13, [0, 0xFF, 0xC0])
        let bytes =
            unknown + Encoded.delimited(2, unknown + Encoded.number(1, 5) + unknown) + Encoded.text(1, "n") + unknown
        let request = try CreateVolumeRequest(decoding: bytes)
        #expect(request == CreateVolumeRequest(name: "n", capacityRange: CapacityRange(requiredBytes: 5)))
    }
}
