// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Dispatch
internal import Foundation
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

@testable internal import BlockMap
@testable internal import Host

/// Mapping, mapping again, unmapping, and what is refused.
@Suite(.timeLimit(.minutes(3)))
struct MappingTests {
    @Test(
        "Mapping twice gives one device, also at once; unmapping twice is fine; a new map gives the data again",
        arguments: EngineFixture.mappers
    )
    func idempotence(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let request = try await fixture.image()
            let engine = fixture.engine
            async let first = fixture.map(request)
            async let second = fixture.map(request)
            let (one, two) = (try await first, try await second)
            #expect(one.device == two.device && one.clientAddress == two.clientAddress)
            #expect(try await engine.mapped().count == 1)
            #expect(fixture.isShown(at: one.device))
            let bytes = randomBytes(8192)
            let device = try await fixture.open(one)
            try await device.write(bytes, at: 1 << 20)
            try device.close()
            try await fixture.unmap(request)
            try await fixture.unmap(request)
            try await engine.unmap(volumeID: "never heard of", imageID: "")
            #expect(try await engine.mapped().isEmpty)
            #expect(!fixture.isShown(at: one.device))
            // Not flushed by anybody: closing wrote it back.
            let again = try await fixture.map(request)
            let reopened = try await fixture.open(again)
            #expect(try await reopened.read(at: 1 << 20, count: 8192) == bytes)
            #expect(again.clientAddress != one.clientAddress)
            try reopened.close()
        }
    }

    @Test("Two volumes side by side have devices, clients and counters of their own", arguments: EngineFixture.mappers)
    func twoVolumes(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let a = try await fixture.map(try await fixture.image("a"))
            let b = try await fixture.map(try await fixture.image("b"))
            #expect(a.device != b.device && a.clientAddress != b.clientAddress)
            for volume in [a, b] {
                let found = try await fixture.engine.device(volumeID: volume.volumeID, imageID: volume.imageID)
                #expect(found?.device == volume.device)
            }
            #expect(try await fixture.engine.device(volumeID: "never heard of", imageID: a.imageID) == nil)
            let (first, second) = (try await fixture.open(a), try await fixture.open(b))
            let (x, y) = (randomBytes(65536), randomBytes(65536))
            try await first.write(x, at: 0)
            try await second.write(y, at: 0)
            #expect(try await first.read(at: 0, count: 65536) == x)
            #expect(try await second.read(at: 0, count: 65536) == y)
            try first.close()
            try await fixture.engine.unmap(volumeID: a.volumeID, imageID: a.imageID)
            #expect(try await second.read(at: 0, count: 65536) == y)
            try second.close()
        }
    }

    @Test(
        "Another image, cluster, pool or way of access is refused by name, and nothing is left of the attempt",
        arguments: EngineFixture.mappers
    )
    func refusals(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let right = try await fixture.image()
            let other = try await fixture.image("other")

            var wrong = right
            wrong.imageID = "0123456789ab"
            var failure = try await fixture.failure { _ = try await fixture.map(wrong) }
            #expect(failure.code == .notFound && failure.text.contains(right.volumeID))

            wrong = right
            wrong.fsid = "00000000-0000-0000-0000-000000000000"
            failure = try await fixture.failure { _ = try await fixture.map(wrong) }
            #expect(failure.code == .mismatch && failure.text.contains(fixture.cluster.fsid))

            wrong = right
            wrong.poolID = 4711
            #expect(try await fixture.failure { _ = try await fixture.map(wrong) }.code == .notFound)

            wrong = right
            wrong.mapOptions = "queue_depth=128"
            failure = try await fixture.failure { _ = try await fixture.map(wrong) }
            #expect(failure.code == .unsupported && failure.text.contains("queue_depth"))
            #expect(try await fixture.engine.mapped().isEmpty)
            #expect(HostFile.names(in: fixture.directory.appending("records")).isEmpty)

            _ = try await fixture.map(right)
            wrong = other
            wrong.volumeID = right.volumeID
            #expect(try await fixture.failure { _ = try await fixture.map(wrong) }.code == .mismatch)
            wrong = right
            wrong.isReadOnly = true
            #expect(try await fixture.failure { _ = try await fixture.map(wrong) }.code == .mismatch)
            let unmapping = try await fixture.failure {
                try await fixture.engine.unmap(volumeID: right.volumeID, imageID: other.imageID)
            }
            #expect(unmapping.code == .mismatch)
            #expect(try await fixture.onlyDevice().imageID == right.imageID)
        }
    }

    @Test("An image that another client has locked is busy, and the client named", arguments: EngineFixture.mappers)
    func lockedElsewhere(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let request = try await fixture.image()
            let connection = try await fixture.cluster.connect()
            let context = try await connection.ioContext(poolID: request.poolID, namespace: request.namespace)
            let image = try await LiveImage.open(.name("v"), in: context, readOnly: false)
            try await image.acquireLock()
            let failure = try await fixture.failure { _ = try await fixture.map(request) }
            #expect(failure.code == .busy)
            #expect(failure.text.contains(connection.instanceAddress), "\(failure.text)")
            // Reading needs no lock.
            let reader = try await fixture.map(try await fixture.request(readOnly: true))
            #expect(reader.isReadOnly)
            try await fixture.unmap(request)
            try await image.close()
            await connection.close()
            _ = try await fixture.map(request)
        }
    }

    @Test("A read-only device reads and refuses to write, below the filesystem too", arguments: EngineFixture.mappers)
    func readOnly(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            _ = try await fixture.image()
            let bytes = randomBytes(4096)
            try await fixture.context.withImage(.name("v"), readOnly: false) { try $0.write(offset: 0, bytes) }
            let mapped = try await fixture.map(try await fixture.request(readOnly: true))
            #expect(mapped.isReadOnly)
            #expect(try await command("blockdev", "--getro", mapped.device.string).hasPrefix("1"))
            let device = try await fixture.open(mapped, readOnly: true)
            #expect(try await device.read(at: 0, count: 4096) == bytes)
            try device.close()
            let writer = try await fixture.open(mapped)
            await #expect(throws: Errno.notPermitted) { try await writer.write(randomBytes(4096), at: 0) }
            try writer.close()
            #expect(try await fixture.bytes(at: 0, count: 4096) == bytes)
            let watchers = try await fixture.context.withImage(.name("v"), readOnly: true) { try $0.watchers() }
            #expect(watchers.isEmpty)
        }
    }

    @Test(
        "A device that cannot grow while it is there says so, serves on, and has the new size when it is mapped anew",
        arguments: EngineFixture.mappers.filter(DataEngine.fixedSize().contains)
    )
    func fixedSize(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let request = try await fixture.image(size: 32 << 20)
            let device = try await fixture.open(try await fixture.map(request))
            try await fixture.context.withImage(.name("v"), readOnly: false) { try $0.resize(to: 96 << 20) }
            let failure = try await fixture.failure {
                _ = try await fixture.engine.refresh(volumeID: request.volumeID, imageID: request.imageID)
            }
            #expect(failure.code == .unsupported && failure.text.contains("staged anew"), "\(failure.text)")
            let bytes = randomBytes(4096)
            try await device.write(bytes, at: 0)
            try device.close()
            try await fixture.unmap(request)
            let again = try await fixture.map(request)
            #expect(try BlockDevice(again.device).size() == 96 << 20)
            let reopened = try await fixture.open(again)
            #expect(try await reopened.read(at: 0, count: 4096) == bytes)
            try reopened.close()
        }
    }

    @Test("Who looks at devices does not wait in line behind calls that a silent cluster holds")
    func looks() async throws {
        try await EngineFixture.with { fixture in
            let request = try await fixture.image()
            let pool = BlockingPool(threads: 4, name: "calls")
            let looks = BlockingPool(threads: 1, name: "looks")
            let directory = fixture.directory.appending("another")
            let engine = EngineFixture.engine(directory, pool, fixture.cluster, looks: looks)
            try await engine.start()
            let mapped = try await engine.map(request, by: .fuse)
            let (held, released) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let calls = Task {
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            try? await pool.run {
                                held.signal()
                                released.wait()
                            }
                        }
                    }
                }
            }
            try await fixture.threads.run { for _ in 0..<4 { held.wait() } }
            #expect(try await engine.mapped().map(\.device) == [mapped.device])
            let found = try await engine.device(volumeID: request.volumeID, imageID: request.imageID)
            #expect(found?.device == mapped.device)
            for _ in 0..<4 { released.signal() }
            await calls.value
            await engine.close()
            for threads in [pool, looks] { await threads.shutdown() }
        }
    }

    @Test("A process that is near its limit of open files refuses a volume instead of being ended by Ceph")
    func files() async throws {
        try await EngineFixture.with { fixture in
            let request = try await fixture.image()
            // Other tests of this process open and close hundreds meanwhile.
            try DataEngine.requireRoom(FileDescriptorLimit(count: 1 << 20), for: request)
            let error = #expect(throws: MapError.self) {
                try DataEngine.requireRoom(FileDescriptorLimit(count: 256), for: request)
            }
            #expect(error?.code == .busy && error?.message.contains("RLIMIT_NOFILE") == true)
        }
    }

    @Test(
        "A grown image grows its device: when asked, and by itself",
        arguments: EngineFixture.mappers.filter { !DataEngine.fixedSize().contains($0) }
    )
    func growth(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let request = try await fixture.image(size: 32 << 20)
            let mapped = try await fixture.map(request)
            try await fixture.context.withImage(.name("v"), readOnly: false) { try $0.resize(to: 96 << 20) }
            let size = try await fixture.engine.refresh(volumeID: request.volumeID, imageID: request.imageID)
            #expect(size == 96 << 20)
            #expect(try BlockDevice(mapped.device).size() == 96 << 20)
            let device = try await fixture.open(mapped)
            let bytes = randomBytes(1 << 20)
            try await device.write(bytes, at: 95 << 20)
            #expect(try await device.read(at: 95 << 20, count: 1 << 20) == bytes)

            try await fixture.context.withImage(.name("v"), readOnly: false) { try $0.resize(to: 128 << 20) }
            while try await fixture.onlyDevice().size != 128 << 20 { await Task.yield() }
            while try BlockDevice(mapped.device).size() != 128 << 20 { await Task.yield() }
            try device.close()
            let failure = try await fixture.failure {
                _ = try await fixture.engine.refresh(volumeID: "unknown", imageID: "")
            }
            #expect(failure.code == .notFound)
        }
    }
}
