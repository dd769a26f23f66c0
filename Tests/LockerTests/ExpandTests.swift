// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// Growing volumes.
@Suite(.timeLimit(.minutes(3)))
struct ExpandTests {
    @Test("A volume grows, image, record and ledger; the same again and less change nothing")
    func grow() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            #expect(try await controller.expand(volume.handle, to: (17 << 20) + 1) == 20 << 20)
            for required: Int64 in [(17 << 20) + 1, 20 << 20, 1, 0] {
                #expect(try await controller.expand(volume.handle, to: required) == 20 << 20)
            }
            #expect(try await controller.expand(volume.handle, to: 21 << 20, limit: 21 << 20) == 21 << 20)
            let grown = try #require(try await controller.find(volume.handle))
            #expect(grown.record.resizedAt > 0)
            try await laboratory.expectOne(grown, bytes: 21 << 20)
        }
    }

    @Test("Beyond the limit, of a volume that is gone, or of a later volume of the name is refused")
    func refused() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            await expectRefusal(.outOfRange, saying: "8388608", "do not shrink") {
                try await controller.expand(volume.handle, to: 1, limit: 4 << 20)
            }
            try await laboratory.expectOne(volume)
            try await controller.delete(volume.handle)
            await expectRefusal(.notFound, saying: volume.handle.text) {
                try await controller.expand(volume.handle, to: 16 << 20)
            }
            let next = try await controller.create(laboratory.request())
            await expectRefusal(.notFound) { try await controller.expand(volume.handle, to: 16 << 20) }
            await controller.erased()
            try await laboratory.expectOne(next)
        }
    }

    @Test("A volume grows while it is in use, without its user losing it")
    func inUse() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            let client = try await laboratory.cluster.connect()
            let context = try await client.ioContext(pool: "students", namespace: laboratory.io.namespace)
            let image = try await LiveImage.open(.id(volume.handle.imageID), in: context, readOnly: false)
            try await image.acquireLock()
            #expect(try await controller.expand(volume.handle, to: 16 << 20) == 16 << 20)
            #expect(try await image.size() == 16 << 20)
            try await image.close()
            await client.close()
        }
    }
}
