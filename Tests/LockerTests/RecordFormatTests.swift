// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import Testing

@testable internal import Locker

/// The bytes of a volume's record, version 1, with every field: what is in a cluster stays readable for ever.
struct RecordFormatTests {
    // Written by `protoc --encode=locker.v1.VolumeRecord`.
    private static let hex = [
        "08011007180222350a2c0a1531302e302e302e373a302f3330323138383435313912136c6f636b65722d636f6e74726f",
        "6c6c65722d3010fb88adbba03452087076632d306661375a04010203fe62100a04706f6f6c120873747564656e74736a",
        "0b0a04696f70731203353030721f12037866731a076e6f6174696d651a076469736361726420012a0432303030720408",
        "0120057a030a0173a0018080808004a80180808008f201276c6f636b65722d6636636164613761316635633833313163",
        "636335303738626563323366613338fa010c31303232366238623435363782022435666532633061312d333665312d34",
        "6437652d396435632d37613261366331663062313188020392020d696e666f726d61746963732d319a02026563a00204",
        "c2020b696e666f726d6174696373ca0203616461d20209636c61696d2d616461da02036c6162e202087076632d306661",
        "379203260a066e6f64652d31120d31302e302e302e393a302f31371a01622001280530063a04667573659a031c080212",
        "037866731a017522066e6f64652d312a016332016138094001a00302aa030364656bb203036b656be0038088adbba034",
        "e8038188adbba034f0038288adbba034f8038388adbba03480048488adbba03488048588adbba034",
    ]
    .joined()

    private static let record = VolumeRecord(
        format: 1,
        revision: 7,
        phase: .ready,
        step: Step(
            owner: Instance(address: "10.0.0.7:0/3021884519", name: "locker-controller-0"),
            startedAt: 1_795_420_800_123
        ),
        requestName: "pvc-0fa7",
        parametersDigest: [1, 2, 3, 254],
        parameters: ["pool": "students"],
        mutableParameters: ["iops": "500"],
        capabilities: [
            Capability(
                fsType: "xfs",
                mountFlags: ["noatime", "discard"],
                accessMode: 1,
                volumeMountGroup: "2000"
            ),
            Capability(block: true, accessMode: 5),
        ],
        source: Source(snapshotID: "s"),
        payloadBytes: 1 << 30,
        dataOffsetBytes: 16 << 20,
        imageName: "locker-f6cada7a1f5c8311ccc5078bec23fa38",
        imageID: "10226b8b4567",
        fsid: "5fe2c0a1-36e1-4d7e-9d5c-7a2a6c1f0b11",
        poolID: 3,
        radosNamespace: "informatics-1",
        dataPool: "ec",
        dataPoolID: 4,
        course: "informatics",
        student: "ada",
        pvcName: "claim-ada",
        pvcNamespace: "lab",
        pvName: "pvc-0fa7",
        attachments: [
            Attachment(
                nodeID: "node-1",
                clientAddress: "10.0.0.9:0/17",
                bootID: "b",
                readOnly: true,
                publishedAt: 5,
                claimedAt: 6,
                mapper: "fuse"
            )
        ],
        filesystem: Filesystem(
            state: .formatted,
            type: "xfs",
            uuid: "u",
            nodeID: "node-1",
            clientAddress: "c",
            attempt: "a",
            changedAt: 9,
            uuidInherited: true
        ),
        encryption: .luks2Layered,
        dataKeyID: "dek",
        wrappingKeyID: "kek",
        createdAt: 1_795_420_800_000,
        readyAt: 1_795_420_800_001,
        resizedAt: 1_795_420_800_002,
        deletingAt: 1_795_420_800_003,
        keyDestroyedAt: 1_795_420_800_004,
        trashedAt: 1_795_420_800_005
    )

    @Test("A record that was written in the first version is read, every field of it")
    func read() throws {
        let bytes = try #require([UInt8](hex: Self.hex))
        #expect(try VolumeRecord(decoding: bytes) == Self.record)
    }

    @Test("What a later version has written besides goes back behind what this one knows, inside of attachments too")
    func later() throws {
        // Fields 2000 to 2003, one of each wire type: 7; eight bytes; four bytes; "new".
        let unknown: [UInt8] =
            [0x80, 0x7D, 7] + [0x89, 0x7D, 1, 2, 3, 4, 5, 6, 7, 8] + [0x95, 0x7D, 1, 2, 3, 4]
            + [0x9A, 0x7D, 3, 0x6E, 0x65, 0x77]
        let attachment = try Attachment(nodeID: "node-1").encoded() + unknown
        // attachments, field 50: a tag of two bytes.
        let tag: [UInt8] = [0x92, 0x03]
        let bytes =
            unknown + tag + [UInt8(attachment.count)] + attachment + (try VolumeRecord(requestName: "pvc").encoded())
        var record = try VolumeRecord(decoding: bytes)
        #expect(record != VolumeRecord(requestName: "pvc", attachments: [Attachment(nodeID: "node-1")]))
        record.student = "ada"
        record.attachments[0].mapper = "nbd"
        let again = try record.encoded()
        #expect(again.suffix(unknown.count) == unknown)
        let nested = try Attachment(nodeID: "node-1", mapper: "nbd").encoded() + unknown
        #expect(again.contains(tag + [UInt8(nested.count)] + nested))
        #expect(try VolumeRecord(decoding: again) == record)
        record.unknownFields = .init()
        record.attachments[0].unknownFields = .init()
        #expect(
            record
                == VolumeRecord(
                    requestName: "pvc",
                    student: "ada",
                    attachments: [Attachment(nodeID: "node-1", mapper: "nbd")]
                )
        )
    }

    @Test("It is written with the same bytes")
    func written() throws {
        #expect(try Self.record.encoded().hex == Self.hex)
    }
}
