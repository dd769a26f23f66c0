// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Testing

/// Volumes of an encrypted class that start as copies of its template, which is in the clear, in blocks of their own.
@Suite(.timeLimit(.minutes(3)))
struct EncryptedTemplateTests {
    private static func request(
        _ laboratory: Laboratory,
        _ student: String,
        template: String = "base@v1"
    ) throws -> VolumeRequest {
        try laboratory.templateRequest(student, template: template, required: 16 << 20, way: "copied")
    }

    @Test("Each student has the template's data under a key of its own; a new version is for new volumes only")
    func students() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let keys = try Laboratory.keys(1)
            try await laboratory.io.createImage("base", size: 8 << 20, options: ImageOptions())
            try await laboratory.io.withImage(.name("base"), readOnly: false) { image in
                try image.write(offset: 0, TemplateContent.head)
                try image.write(offset: 5 << 20, TemplateContent.pattern)
                try image.createSnapshot("v1")
                try image.write(offset: 5 << 20, Array(TemplateContent.pattern.reversed()))
            }
            var volumes: [VolumeDescription] = []
            for student in ["ada", "grace"] {
                let request = try Self.request(laboratory, student)
                let volume = try await controller.create(request)
                #expect(try await controller.create(request) == volume)
                volumes.append(volume)
            }
            try await laboratory.io.withImage(.name("base"), readOnly: false) { try $0.createSnapshot("v2") }
            volumes.append(try await controller.create(Self.request(laboratory, "edsger", template: "base@v2")))
            let dataKeys = try await laboratory.wrappedKeys()
            #expect(Set(dataKeys.map(\.dataKeyID)) == Set(volumes.map(\.record.dataKeyID)) && dataKeys.count == 3)
            for (number, volume) in volumes.enumerated() {
                let record = volume.record
                #expect(record.encryption == .luks2Flat && record.cloneDepth == 0 && volume.capacityBytes == 16 << 20)
                #expect(record.filesystem?.uuidInherited == true && record.filesystem?.type == "xfs")
                #expect(try await !laboratory.hasParent(volume.handle))
                let found = try await laboratory.withOpened(volume, by: keys) { image in
                    [
                        try image.read(offset: 0, count: 48), try image.read(offset: 5 << 20, count: 65536),
                        try image.read(offset: 2 << 20, count: 65536),
                    ]
                }
                let data = number == 2 ? Array(TemplateContent.pattern.reversed()) : TemplateContent.pattern
                #expect(found == [TemplateContent.head, data, [UInt8](repeating: 0, count: 65536)])
                // Neither the data nor what never was any is in the clear.
                for offset in [UInt64(5 << 20), 2 << 20] {
                    let raw = try await laboratory.read(
                        65536,
                        at: UInt64(Laboratory.dataOffset) + offset,
                        from: volume.handle
                    )
                    #expect(raw != TemplateContent.pattern && raw.contains { $0 != 0 })
                }
            }
            #expect(try await laboratory.total("ada").bytes == 16 << 20)
            for volume in volumes { try await controller.delete(volume.handle) }
            await controller.erased(3)
            #expect(try await laboratory.wrappedKeys() == [])
        }
    }

    @Test("A template of the wrong size or without a filesystem is refused, and no key of it is left")
    func refusals() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            try await laboratory.io.createImage("base", size: 32 << 20, options: ImageOptions())
            try await laboratory.io.withImage(.name("base"), readOnly: false) { image in
                try image.createSnapshot("v1")
                try image.write(offset: 0, TemplateContent.head)
                try image.createSnapshot("v2")
            }
            await expectRefusal(.invalidArgument, saying: "neither ext4 nor XFS") {
                try await controller.create(Self.request(laboratory, "ada"))
            }
            await expectRefusal(.outOfRange, saying: "base@v2") {
                try await controller.create(Self.request(laboratory, "ada", template: "base@v2"))
            }
            await expectRefusal(.notFound, saying: "base@v3") {
                try await controller.create(Self.request(laboratory, "ada", template: "base@v3"))
            }
            #expect(try await laboratory.records() == [])
            #expect(try await laboratory.wrappedKeys() == [])
        }
    }
}
