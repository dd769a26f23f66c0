// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Foundation
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// What is written to a device is what the image has, and the other way round.
@Suite(.timeLimit(.minutes(3)))
struct DeviceDataTests {
    @Test("A mapped image is a device of its size, read and written as the image", arguments: EngineFixture.mappers)
    func roundTrip(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let request = try await fixture.image(size: 64 << 20)
            let before = randomBytes(1 << 20)
            try await fixture.context.withImage(.name("v"), readOnly: false) { try $0.write(offset: 5 << 20, before) }
            let mapped = try await fixture.map(request)
            #expect(mapped.size == 64 << 20)
            #expect(mapped.mapper == mapper.rawValue && mapped.trouble == "" && !mapped.isReadOnly)
            #expect(mapped.imageID == request.imageID && mapped.volumeID == request.volumeID)
            #expect(mapped.clientAddress.contains(":0/"))
            let device = try await fixture.open(mapped)
            #expect(try await device.read(at: 5 << 20, count: 1 << 20) == before)
            // Across object boundaries, and larger than one request.
            let after = randomBytes(7 << 20)
            try await device.write(after, at: (3 << 20) + 4096)
            try await device.flush()
            #expect(try await device.read(at: (3 << 20) + 4096, count: after.count) == after)
            // Another client sees what was flushed while the device is in use.
            #expect(try await fixture.bytes(at: (3 << 20) + 4096, count: after.count) == after)
            let sector = randomBytes(512)
            try await device.write(sector, at: 512)
            #expect(
                try await device.read(at: 0, count: 1536) == [UInt8](repeating: 0, count: 512) + sector
                    + [UInt8](repeating: 0, count: 512)
            )
            try device.close()
            try await fixture.unmap(request)
            #expect(try await fixture.bytes(at: 512, count: 512) == sector)
            #expect(try await fixture.engine.mapped().isEmpty)
        }
    }

    @Test(
        "A discard gives objects back, and zeroes read as zeroes wherever they begin",
        arguments: EngineFixture.mappers
    )
    func discardAndZeroes(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let request = try await fixture.image(size: 64 << 20)
            let mapped = try await fixture.map(request)
            let device = try await fixture.open(mapped)
            let data = randomBytes(32 << 20)
            try await device.write(data, at: 0)
            try await device.flush()
            let prefix = try await fixture.context.withImage(.name("v"), readOnly: true) { try $0.info().dataPrefix }
            #expect(try await fixture.context.objects(prefix: prefix).count == 8)

            try await command("blkdiscard", "--offset", "\(8 << 20)", "--length", "\(16 << 20)", mapped.device.string)
            // librbd answers a discard as it does a write: it is done when it is flushed.
            try await device.flush()
            #expect(try await fixture.context.objects(prefix: prefix).count == 4)
            #expect(try await device.read(at: 8 << 20, count: 16 << 20).allSatisfy { $0 == 0 })
            #expect(try await device.read(at: 0, count: 8 << 20) == Array(data[..<(8 << 20)]))

            // Smaller than what librbd discards at once, and not aligned to it.
            try await command("blkdiscard", "--zeroout", "-o", "1536", "-l", "3072", mapped.device.string)
            var expected = Array(data[..<8192])
            expected.replaceSubrange(1536..<4608, with: [UInt8](repeating: 0, count: 3072))
            #expect(try await device.read(at: 0, count: 8192) == expected)
            #expect(try await fixture.onlyDevice().counters.discards >= 2)
            try device.close()
        }
    }

    @Test("Many requests at once each do their own work", arguments: EngineFixture.mappers)
    func parallel(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let request = try await fixture.image(size: 256 << 20)
            let device = try await fixture.open(try await fixture.map(request))
            let blocks = (0..<256).map { (index: $0, bytes: randomBytes([4096, 16384, 65536, 1 << 20][$0 % 4])) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, bytes) in blocks {
                    group.addTask { try await device.write(bytes, at: Int64(index) << 20) }
                }
                try await group.waitForAll()
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, bytes) in blocks {
                    group.addTask {
                        let read = try await device.read(at: Int64(index) << 20, count: bytes.count)
                        #expect(read == bytes, "block \(index)")
                    }
                }
                try await group.waitForAll()
            }
            let counters = try await fixture.onlyDevice().counters
            #expect(counters.writtenBytes == UInt64(blocks.map(\.bytes.count).reduce(0, +)))
            #expect(counters.readBytes >= counters.writtenBytes)
            #expect(counters.errors == 0)
            try device.close()
        }
    }

    @Test("fio's verification finds every block it wrote, at depth 32", arguments: EngineFixture.mappers)
    func verifiedByFio(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let mapped = try await fixture.map(try await fixture.image(size: 64 << 20))
            try await command(
                "fio",
                "--name=v",
                "--filename=\(mapped.device)",
                "--ioengine=libaio",
                "--direct=1",
                "--rw=randwrite",
                "--bsrange=512-128k",
                "--blockalign=512",
                "--iodepth=32",
                "--size=64M",
                "--verify=crc32c",
                "--do_verify=1",
                "--verify_fatal=1",
                "--verify_state_save=0",
                "--fsync=64",
                "--output=/dev/null"
            )
        }
    }

    @Test("A flush reaches the cluster, and is counted", arguments: EngineFixture.mappers)
    func flush(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let request = try await fixture.image()
            let device = try await fixture.open(try await fixture.map(request))
            for round in 1...20 {
                let bytes = randomBytes(4096)
                try await device.write(bytes, at: 0)
                try await device.flush()
                #expect(try await fixture.bytes(at: 0, count: 4096) == bytes, "round \(round)")
            }
            #expect(try await fixture.onlyDevice().counters.flushes >= 20)
            try device.close()
        }
    }
}
