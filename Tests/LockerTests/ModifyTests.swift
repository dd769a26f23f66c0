// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

extension Controller {
    /// Changes how fast a volume may be.
    func modify(_ handle: VolumeHandle, _ parameters: [String: String]) async throws {
        let limits = try VolumeLimits(parameters)
        try await self.volumes.modify(handle, limits: limits, at: self.location, candidates: [self.namespace])
    }
}

/// Changing how fast a volume may be.
@Suite(.timeLimit(.minutes(3)))
struct ModifyTests {
    /// What librbd finds in an image's metadata.
    private static func settings(_ volume: VolumeDescription, in io: IOContext) async throws -> [String: String] {
        try await io.withImage(.id(volume.handle.imageID), readOnly: true) { image in
            try image.metadata().filter { $0.key.hasPrefix("conf_") }
        }
    }

    @Test("Record and image have what was asked for; the same again changes nothing; the rest stays")
    func modify() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            #expect(try await Self.settings(volume, in: laboratory.io) == [:])
            try await controller.modify(volume.handle, ["maxReadIops": "1k", "maxWriteBps": "10Mi"])
            let first = try #require(try await controller.find(volume.handle))
            #expect(first.record.mutableParameters == ["maxReadIops": "1000", "maxWriteBps": "10485760"])
            try await controller.modify(volume.handle, ["maxReadIops": "1000"])
            #expect(try await controller.find(volume.handle) == first)
            try await controller.modify(volume.handle, ["maxReadIops": "0", "maxIops": "7", "burstIops": "9"])
            #expect(
                try await Self.settings(volume, in: laboratory.io) == [
                    "conf_rbd_qos_read_iops_limit": "0", "conf_rbd_qos_write_bps_limit": "10485760",
                    "conf_rbd_qos_iops_limit": "7", "conf_rbd_qos_iops_burst": "9",
                ]
            )
            let last = try #require(try await controller.find(volume.handle))
            try await laboratory.expectOne(last)
        }
    }

    @Test("A burst below the limit that the volume has is refused, and nothing of the change is applied")
    func refused() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            try await controller.modify(volume.handle, ["maxIops": "100", "burstIops": "200"])
            let before = try #require(try await controller.find(volume.handle))
            for parameters in [["maxIops": "300", "maxBps": "1Mi"], ["maxIops": "0"]] {
                await expectRefusal(.invalidArgument, saying: "burstIops", "maxIops") {
                    try await controller.modify(volume.handle, parameters)
                }
            }
            #expect(try await controller.find(volume.handle) == before)
            #expect(try await Self.settings(volume, in: laboratory.io)["conf_rbd_qos_iops_limit"] == "100")
            try await controller.delete(volume.handle)
            await expectRefusal(.notFound, saying: volume.handle.text) {
                try await controller.modify(volume.handle, ["maxIops": "1"])
            }
            await controller.erased()
        }
    }

    @Test("Interrupted at each step, it is finished by the retry, and by another change", arguments: [true, false])
    func interrupted(isRetry: Bool) async throws {
        try await Laboratory.with { laboratory in
            for step in ["modify.recorded", "modify.applied"] {
                let volume = try await laboratory.controller().create(laboratory.request(step))
                let broken = try laboratory.controller(hook: Interruption.hook(at: step))
                await #expect(throws: Interruption(step: step)) {
                    try await broken.modify(volume.handle, ["maxIops": "50"])
                }
                let other = try laboratory.controller("locker-1")
                try await other.modify(volume.handle, isRetry ? ["maxIops": "50"] : ["maxBps": "1Mi"])
                #expect(try await Self.settings(volume, in: laboratory.io)["conf_rbd_qos_iops_limit"] == "50")
            }
        }
    }

    @Test("Of changes by several controllers at once, the image ends with what the record says")
    func races() async throws {
        try await Laboratory.with { laboratory in
            let controllers = try (0..<3).map { try laboratory.controller("locker-\($0)") }
            let volume = try await controllers[0].create(laboratory.request())
            for round in 1...4 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (index, controller) in controllers.enumerated() {
                        let limits = ["maxIops": "\(round * 10 + index)", "maxBps": "\(4096 * (index + 1))"]
                        group.addTask { try await controller.modify(volume.handle, limits) }
                    }
                    try await group.waitForAll()
                }
                let record = try #require(try await controllers[0].find(volume.handle)).record
                let settings = try await Self.settings(volume, in: laboratory.io)
                #expect(settings["conf_rbd_qos_iops_limit"] == record.mutableParameters["maxIops"])
                #expect(settings["conf_rbd_qos_bps_limit"] == record.mutableParameters["maxBps"])
            }
        }
    }

    @Test("Whoever has the image open and locked follows at once")
    func live() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            let client = try await laboratory.cluster.connect()
            let context = try await client.ioContext(pool: "students", namespace: laboratory.io.namespace)
            let image = try await LiveImage.open(.id(volume.handle.imageID), in: context, readOnly: false)
            try await image.acquireLock()
            func time() async throws -> Duration {
                try await ContinuousClock().measure { for _ in 0..<20 { try await image.write(offset: 0, [1]) } }
            }
            let before = try await time()
            try await controller.modify(volume.handle, ["maxWriteIops": "10"])
            let limited = try await time()
            try await controller.modify(volume.handle, ["maxWriteIops": "0"])
            let after = try await time()
            #expect(limited > before * 3 && limited > after * 3, "\(before), \(limited), \(after)")
            try await image.close()
            await client.close()
        }
    }
}
