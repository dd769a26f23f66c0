// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// Other key-encryption keys for the same data keys.
@Suite(.timeLimit(.minutes(2)))
struct KeyRotationTests {
    @Test(
        "Every key of a course is wrapped anew, no header changes, and the old key-encryption key opens nothing any more"
    )
    func rewrap() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let (old, both, new) = (try Laboratory.keys(1), try Laboratory.keys(1, 2), try Laboratory.keys(2))
            var volumes: [VolumeDescription] = []
            for name in ["pvc-1", "pvc-2", "pvc-3"] {
                volumes.append(try await controller.create(laboratory.encryptedRequest(name, keys: old)))
            }
            _ = try await controller.create(laboratory.request("plain"))
            let before = try await Self.headers(of: volumes, in: laboratory.io)
            let course = volumes[0].record.course
            let rotation = KeyRotation()
            #expect(try await rotation.entries(in: laboratory.io, course: "another").isEmpty)
            let entries = try await rotation.entries(in: laboratory.io, course: course)
            #expect(entries.map(\.record.requestName).sorted() == ["pvc-1", "pvc-2", "pvc-3"])
            #expect(entries.allSatisfy { $0.wrapped?.wrappingKeyID == "kek.1" })

            // The key that wraps now is needed; without it nothing is changed.
            await expectRefusal(.failedPrecondition, saying: "\"kek.1\"") {
                try await rotation.rewrap(entries[0], in: laboratory.io, by: new)
            }
            #expect(
                try await laboratory.dataKey(of: volumes[0], by: old) == laboratory.dataKey(of: volumes[0], by: both)
            )
            var dataKeys = [try await laboratory.dataKey(of: volumes[0], by: old)]
            for entry in entries {
                #expect(try await rotation.rewrap(entry, in: laboratory.io, by: both) == .rewrapped)
                #expect(try await rotation.rewrap(entry, in: laboratory.io, by: both) == .current)
            }
            #expect(try await laboratory.wrappedKeys().map(\.wrappingKeyID) == ["kek.2", "kek.2", "kek.2"])
            for volume in volumes {
                let found = try #require(try await controller.find(volume.handle))
                #expect(found.record.wrappingKeyID == "kek.2")
                await expectRefusal(.failedPrecondition, saying: "\"kek.2\"") {
                    try await laboratory.dataKey(of: found, by: old)
                }
                dataKeys.append(try await laboratory.dataKey(of: found, by: new))
            }
            #expect(dataKeys[0] == dataKeys[1])
            #expect(try await Self.headers(of: volumes, in: laboratory.io) == before)
        }
    }

    @Test("What was cut short between key and record is noted by the repeat, and a key that is gone is none to wrap")
    func cutShort() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.encryptedRequest())
            let rotation = KeyRotation()
            let entry = try #require(try await rotation.entries(in: laboratory.io, course: nil).first)
            let both = try Laboratory.keys(1, 2)
            #expect(try await rotation.rewrap(entry, in: laboratory.io, by: both) == .rewrapped)
            try await laboratory.edit(volume.handle) { $0.wrappingKeyID = "kek.1" }
            #expect(try await rotation.rewrap(entry, in: laboratory.io, by: both) == .current)
            #expect(try await controller.find(volume.handle)?.record.wrappingKeyID == "kek.2")
            try await controller.delete(volume.handle)
            #expect(try await rotation.rewrap(entry, in: laboratory.io, by: both) == .absent)
            #expect(try await laboratory.wrappedKeys().isEmpty)
        }
    }

    private static func headers(of volumes: [VolumeDescription], in io: IOContext) async throws -> [[UInt8]] {
        var headers: [[UInt8]] = []
        for volume in volumes {
            headers.append(
                try await io.withImage(.id(volume.handle.imageID), readOnly: true) {
                    try $0.read(offset: 0, count: 1 << 20)
                }
            )
        }
        return headers
    }
}
