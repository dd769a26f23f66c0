// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Glibc
internal import Host
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// The cluster goes away, or refuses this client.
@Suite(.timeLimit(.minutes(3)))
struct FaultTests {
    @Test(
        "A fenced volume's I/O fails, it says so in words, goes down, and a new map works",
        arguments: EngineFixture.mappers
    )
    func fenced(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let request = try await fixture.image()
            let neighbour = try await fixture.map(try await fixture.image("neighbour"))
            let mapped = try await fixture.map(request)
            let device = try await fixture.open(mapped)
            try await device.write(randomBytes(4096), at: 0)
            try await device.flush()
            let admin = try await fixture.cluster.connect()
            try await admin.blocklist(mapped.clientAddress, for: .seconds(3600))
            try await admin.waitForLatestMap()
            await #expect(throws: Errno.ioError) {
                // Requests go through until the OSD tells this client of the new map.
                while true {
                    try await device.write(randomBytes(4096), at: 0)
                    try await device.flush()
                }
            }
            let devices = try await fixture.engine.mapped()
            let fenced = try #require(devices.first { $0.volumeID == request.volumeID })
            #expect(fenced.trouble.contains("fenced"), "\(fenced.trouble)")
            #expect(fenced.counters.errors > 0)
            // Its neighbour has a client of its own.
            #expect(devices.first { $0.volumeID == neighbour.volumeID }?.trouble == "")
            let other = try await fixture.open(neighbour)
            try await other.write(randomBytes(4096), at: 0)
            try other.close()

            try device.close()
            try await fixture.unmap(request)
            let again = try await fixture.map(request)
            #expect(again.clientAddress != mapped.clientAddress)
            #expect(again.trouble == "")
            let fresh = try await fixture.open(again)
            try await fresh.write(randomBytes(4096), at: 0)
            try fresh.close()
            await admin.close()
        }
    }

    @Test(
        "I/O waits while the OSD is gone, is seen to wait, and goes on when it is back",
        arguments: EngineFixture.mappers
    )
    func outage(mapper: MapperName) async throws {
        let cluster = try await TestCluster.start(manager: .no)
        try await EngineFixture.with(mapper, cluster) { fixture in
            let mapped = try await fixture.map(try await fixture.image())
            let device = try await fixture.open(mapped)
            let bytes = randomBytes(1 << 20)
            try await device.write(bytes, at: 0)
            try await device.flush()
            try await cluster.stopOSD()
            let after = randomBytes(1 << 20)
            async let waiting: Void = {
                try await device.write(after, at: 0)
                try await device.flush()
            }()
            while try await fixture.onlyDevice().oldestRequest < .milliseconds(100) { await Task.yield() }
            #expect(try await fixture.onlyDevice().counters.errors == 0)
            try await cluster.startOSD()
            try await waiting
            #expect(try await fixture.onlyDevice().oldestRequest == .zero)
            #expect(try await device.read(at: 0, count: 1 << 20) == after)
            #expect(try await fixture.bytes(at: 0, count: 1 << 20) == after)
            try device.close()
        }
        try await cluster.tearDown()
    }

    @Test(
        "A volume whose cluster is silent, with all that a device can have in flight, stops no other volume",
        arguments: EngineFixture.mappers
    )
    func isolation(mapper: MapperName) async throws {
        let silent = try await TestCluster.start(manager: .no)
        try await EngineFixture.with(mapper) { fixture in
            let neighbour = try await fixture.map(try await fixture.image("neighbour"))
            let connection = try await silent.connect()
            let context = try await connection.ioContext(pool: "students")
            try await context.createImage("v", size: 1 << 30)
            var request = try await fixture.request("neighbour")
            request.volumeID = "silent"
            request.target = silent.csi
            request.fsid = silent.fsid
            request.poolID = context.poolID
            request.namespace = ""
            request.imageID = try await context.withImage(.name("v"), readOnly: true) { try $0.id }
            let mapped = try await fixture.map(request)
            // Of what was never written librbd knows without asking that it is zeroes.
            try await command("fio", "--name=w", "--filename=\(mapped.device)", "--rw=write", "--bs=4M", "--size=512M")
            try await silent.stopOSD()
            async let reading = command(
                "fio",
                "--name=r",
                "--filename=\(mapped.device)",
                "--ioengine=libaio",
                "--direct=1",
                "--rw=read",
                "--bs=1M",
                "--iodepth=256",
                "--size=512M",
                "--output=/dev/null"
            )
            // Once the device's queue is full, nothing new comes and the oldest waits.
            while try await Self.oldest(fixture, "silent") < .seconds(1) { await Task.yield() }
            let device = try await fixture.open(neighbour)
            let bytes = randomBytes(1 << 20)
            try await device.write(bytes, at: 0)
            try await device.flush()
            #expect(try await device.read(at: 0, count: 1 << 20) == bytes)
            try device.close()
            #expect(try await Self.oldest(fixture, "silent") >= .seconds(1))
            try await silent.startOSD()
            _ = try await reading
            await connection.close()
        }
        try await silent.tearDown()
    }

    private static func oldest(_ fixture: EngineFixture, _ volumeID: String) async throws -> Duration {
        try await fixture.engine.mapped().first { $0.volumeID == volumeID }?.oldestRequest ?? .zero
    }

    @Test("With an ioTimeout I/O fails in its time, and says why", arguments: EngineFixture.mappers)
    func limitedWait(mapper: MapperName) async throws {
        let cluster = try await TestCluster.start(manager: .no)
        try await EngineFixture.with(mapper, cluster) { fixture in
            var request = try await fixture.image()
            request.ioTimeout = .seconds(1)
            let device = try await fixture.open(try await fixture.map(request))
            // Of what was never written librbd knows without asking that it is zeroes.
            try await device.write(randomBytes(4096), at: 8 << 20)
            try await device.flush()
            try await cluster.stopOSD()
            await #expect(throws: (any Error).self) { _ = try await device.read(at: 8 << 20, count: 4096) }
            let trouble = try await fixture.onlyDevice().trouble
            #expect(trouble.contains("ioTimeout"), "\(trouble)")
            try await cluster.startOSD()
            _ = try await device.read(at: 8 << 20, count: 4096)
            #expect(try await fixture.onlyDevice().trouble == "")
            try device.close()
        }
        try await cluster.tearDown()
    }
}
