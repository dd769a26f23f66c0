// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Testing

/// What is said of a volume's health, from its record and from a look at its image.
@Suite(.timeLimit(.minutes(2)))
struct VolumeHealthTests {
    private static func with(
        _ body: (Laboratory, VolumeDescription, () async throws -> VolumeHealth) async throws -> Void
    ) async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            try await body(laboratory, volume) {
                try await controller.volumes.examine(volume, at: controller.location)
            }
        }
    }

    @Test("A volume whose image is there with its name and size is healthy, and one whose image is gone is not")
    func gone() async throws {
        try await Self.with { laboratory, volume, examine in
            let health = try await examine()
            #expect(!health.isAbnormal && !health.message.isEmpty)
            try await laboratory.io.removeImage(volume.record.imageName)
            let after = try await examine()
            #expect(after.isAbnormal && after.message.contains("is gone"))
            #expect(after.message.contains(volume.record.imageName))
            #expect(!VolumeHealth(record: volume.record).isAbnormal)
        }
    }

    @Test("An image in the trash, one with another name, one in its place, and one that was shrunk are not healthy")
    func abnormal() async throws {
        try await Self.with { laboratory, volume, examine in
            let (io, name) = (laboratory.io, volume.record.imageName)
            func expect(_ words: String) async throws {
                let health = try await examine()
                #expect(health.isAbnormal && health.message.contains(words), "\(health)")
            }
            try await io.renameImage(name, to: "mine")
            try await expect("rbd rename")
            try await io.createImage(name, size: 1 << 20)
            try await expect("another image")
            try await io.removeImage(name)
            try await io.renameImage("mine", to: name)
            try await io.withImage(.name(name), readOnly: false) { try $0.resize(to: 4 << 20, allowShrink: true) }
            try await expect("less than the 8388608")
            try await io.moveImageToTrash(name)
            try await expect("in the trash")
        }
    }

    @Test("The record tells of a destroyed key, and of a filesystem that was not finished")
    func record() {
        var record = VolumeRecord(phase: .ready, keyDestroyedAt: 1_795_420_800_000)
        #expect(VolumeHealth(record: record).isAbnormal)
        #expect(VolumeHealth(record: record).message.contains("key was destroyed 2026-11-23"))
        record = VolumeRecord(phase: .ready, filesystem: Filesystem(state: .formatting, nodeID: "n-1"))
        #expect(!VolumeHealth(record: record).isAbnormal)
        #expect(VolumeHealth(record: record).message.contains("n-1"))
    }
}
