// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

@testable internal import Locker

/// Volumes that start as copies of their class' template.
@Suite(.timeLimit(.minutes(3)))
struct TemplateTests {
    /// The beginning of an XFS, as far as it is looked at.
    private static let head = Array("XFSB".utf8) + [UInt8](repeating: 0, count: 28) + Array(1...16)

    /// An image with a snapshot, made without Locker as a lecturer would.
    private func make(_ laboratory: Laboratory, head: [UInt8] = head, bytes: UInt64 = 8 << 20) async throws {
        try await laboratory.io.createImage("base", size: bytes, options: ImageOptions())
        try await laboratory.io.withImage(.name("base"), readOnly: false) { image in
            try image.write(offset: 0, head)
            try image.createSnapshot("v1")
            try image.write(offset: 0, [UInt8](repeating: 9, count: 16))
        }
    }

    private func request(
        _ laboratory: Laboratory,
        _ name: String = "pvc-1",
        student: String = "ada",
        required: Int64 = 16 << 20,
        template: String = "base@v1",
        block: Bool = false,
        fsType: String = ""
    ) throws -> VolumeRequest {
        try laboratory.request(
            name,
            required: required,
            student: student,
            parameters: ["template": template],
            capabilities: [Capability(block: block, fsType: fsType, accessMode: 1)]
        )
    }

    @Test("Each student gets a copy of the snapshot, with the filesystem it holds, of the size asked for")
    func copies() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            try await self.make(laboratory)
            for student in ["ada", "grace"] {
                let request = try self.request(laboratory, student, student: student)
                let volume = try await controller.create(request)
                #expect(try await controller.create(request) == volume)
                #expect(volume.record.source == Source(templateImage: "base@v1"))
                #expect(volume.record.student == student && volume.record.payloadBytes == 16 << 20)
                #expect(
                    volume.record.filesystem
                        == Filesystem(
                            state: .formatted,
                            type: "xfs",
                            uuid: "01020304-0506-0708-090a-0b0c0d0e0f10",
                            uuidInherited: true
                        )
                )
                #expect(try await laboratory.read(48, from: volume.handle) == Self.head)
                #expect(try await laboratory.hasParent(volume.handle))
                #expect(try await laboratory.io.imageSize(imageID: volume.handle.imageID) == 16 << 20)
                try await controller.delete(volume.handle)
            }
            await controller.erased(2)
            #expect(try await laboratory.records() == [])
            let there = try await laboratory.io.withImage(.name("base"), readOnly: true) { image in
                try image.snapshots().map(\.name)
            }
            #expect(there == ["v1"])
        }
    }

    @Test("What cannot be made of a template is refused, and nothing is left of it")
    func refusals() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            try await self.make(laboratory)
            await expectRefusal(.outOfRange, saying: "4194304", "template \"base@v1\"") {
                try await controller.create(self.request(laboratory, required: 4 << 20))
            }
            await expectRefusal(.invalidArgument, saying: "holds xfs") {
                try await controller.create(self.request(laboratory, required: 16 << 20, fsType: "ext4"))
            }
            for template in ["base@v2", "none@v1", "/base@v1"] {
                await expectRefusal(.notFound, saying: "template \"\(template)\"", "rbd snap create") {
                    try await controller.create(self.request(laboratory, template: template))
                }
            }
            #expect(try await laboratory.records() == [])
            // For raw block it may hold anything.
            let raw = try await controller.create(self.request(laboratory, block: true))
            #expect(try await laboratory.read(4, from: raw.handle) == Array("XFSB".utf8))
            // The class' quota counts it as any volume; the request's own source is taken rather than the template.
            let snapshot = try await controller.snapshot(of: raw.handle)
            let restored = try await controller.create(
                laboratory.copy(of: .snapshot(snapshot.handle), parameters: ["template": "base@v2"])
            )
            #expect(restored.record.source?.snapshotID == snapshot.handle.text)
        }
    }

    @Test("A template without a filesystem is none for volumes with one")
    func noFilesystem() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            try await self.make(laboratory, head: [1, 2, 3])
            await expectRefusal(.invalidArgument, saying: "neither ext4 nor XFS") {
                try await controller.create(self.request(laboratory))
            }
            _ = try await controller.create(self.request(laboratory, block: true))
        }
    }

    @Test("ext4 and XFS are told by their superblocks, and nothing else is")
    func heads() {
        var ext4 = [UInt8](repeating: 0, count: 4096)
        ext4.replaceSubrange((1024 + 0x38)..<(1024 + 0x3A), with: [0x53, 0xEF])
        ext4.replaceSubrange((1024 + 0x68)..<(1024 + 0x78), with: 16...31)
        let found = FilesystemHead.filesystem(in: ext4)
        #expect(found.type == "ext4" && found.uuid == "10111213-1415-1617-1819-1a1b1c1d1e1f")
        for bytes in [[], [UInt8](repeating: 0, count: 4096), Array(ext4.prefix(4095))] {
            #expect(FilesystemHead.filesystem(in: bytes) == Filesystem())
        }
    }

    @Test("The parameter's forms", arguments: ["base@v1", "course/base@v1", "/base@v1"])
    func forms(_ text: String) throws {
        let least = ["clusterID": "lab", "pool": "students"]
        let template = try #require(try ClassParameters(least.merging(["template": text]) { $1 }).template)
        #expect(template.text == text && template.image == "base" && template.snapshot == "v1")
        #expect(template.namespace == ["base@v1": nil, "course/base@v1": "course", "/base@v1": ""][text])
    }

    @Test(
        "What is no template is refused",
        arguments: ["base", "@v1", "base@", "a/b/c@v1", "a@b@c", "a@b/c", "ns/@v1"]
    )
    func wrong(_ text: String) async {
        await expectRefusal(.invalidArgument, saying: "template", text) {
            try ClassParameters(["clusterID": "lab", "pool": "students", "template": text])
        }
    }
}
