// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Host
internal import SystemPackage
internal import TestSupport
internal import Testing

/// What becomes of a device whose server dies, where the kernel has nbd.
@Suite(.enabled(if: NBDDevice.isAvailable()), .serialized, .timeLimit(.minutes(3)))
struct NBDDeathTests {
    @Test("A server that dies under a writer and is replaced is noticed by nobody", arguments: [1, 2])
    func replaced(_ connections: Int) async throws {
        let backend = MemoryBackend(size: 64 << 20, order: .shuffled)
        try await NBDFixture.with(backend, connections: connections) { fixture in
            // Several connections know of what was on its way only by their request timeout: this test's patience.
            let student = BusyStudent(fixture.device.path)
            var server = fixture.server
            for round in 1...(connections == 1 ? 5 : 1) {
                let before = student.pages
                try await eventually("round \(round): it writes") { student.pages > before + 20 }
                await server.stop()
                // What a dead process' client still had under way is fenced before its successor takes over.
                try await eventually("nothing is under way") { backend.inFlight == 0 }
                server = fixture.serving.server()
                let taken = try fixture.device.reconnect(
                    to: server,
                    identifier: fixture.identifier,
                    connections: connections
                )
                #expect(taken == connections && server.connections == connections)
                if connections > 1 { try await Task.sleep(for: .seconds(15)) }
            }
            let before = student.pages
            try await eventually("it goes on") { student.pages > before + 20 }
            let content = try await student.stop()
            #expect(student.failure == nil)
            print("nbd: \(connections) connections, the longest write took \(student.longest)")
            for (page, byte) in content.enumerated() {
                #expect(backend.holds([UInt8](repeating: byte, count: 4096), at: page * 4096), "page \(page)")
            }
        }
    }

    @Test("A mounted filesystem outlives its server", arguments: FilesystemType.allCases)
    func mounted(_ type: FilesystemType) async throws {
        let backend = MemoryBackend(size: 320 << 20, order: .shuffled)
        try await Scratch.with { scratch in
            try await NBDFixture.with(backend) { fixture in
                let device = fixture.device
                let uuid = "7b1c0c55-0000-4000-8000-00000000001\(device.number % 10)"
                try await Filesystems.make(type, on: device.path, uuid: uuid, extraOptions: [])
                let target = try scratch.folder("mnt")
                try Mounts.mount(device.path, at: target, type: type.rawValue, options: MountOptions())
                let student = BusyStudent(target.appending("thesis"))
                try await eventually("it writes") { student.pages > 10 }
                await fixture.server.stop()
                try await eventually("nothing is under way") { backend.inFlight == 0 }
                try await Task.sleep(for: .seconds(1))
                let server = fixture.serving.server()
                try device.reconnect(to: server, identifier: fixture.identifier)
                let before = student.pages
                try await eventually("it goes on") { student.pages > before + 10 }
                let content = try await student.stop()
                #expect(student.failure == nil)
                try Mounts.unmount(target)
                try BlockDevice(device.path).flush()
                try Mounts.mount(device.path, at: target, type: type.rawValue, options: MountOptions())
                let written = try HostFile.read(target.appending("thesis"))
                for (page, byte) in content.enumerated() where page * 4096 < written.count {
                    #expect(written[(page * 4096)..<(page * 4096 + 4096)].allSatisfy { $0 == byte }, "page \(page)")
                }
                try Mounts.unmount(target)
                await server.stop()
                try device.abandon()
            }
        }
    }

    @Test("Without a successor I/O fails when the time is over, and not before; a late one is welcome all the same")
    func timeout() async throws {
        let backend = MemoryBackend(size: 16 << 20)
        try await NBDFixture.with(backend, deadTimeout: .seconds(3)) { fixture in
            let disk = try DirectDisk(fixture.device.path)
            let bytes = randomBytes(4096)
            try disk.write(bytes, at: 0)
            await fixture.server.stop()
            let clock = ContinuousClock()
            let start = clock.now
            #expect(throws: Errno.ioError) { try disk.write(bytes, at: 4096) }
            let waited = clock.now - start
            #expect(waited > .milliseconds(2900) && waited < .seconds(6), "\(waited)")
            // From then on at once.
            let again = clock.now
            #expect(throws: Errno.ioError) { _ = try disk.read(at: 0, count: 4096) }
            #expect(clock.now - again < .seconds(1))

            let server = fixture.serving.server()
            try fixture.device.reconnect(to: server, identifier: fixture.identifier)
            #expect(try disk.read(at: 0, count: 4096) == bytes)
            try disk.write(bytes, at: 4096)
            #expect(backend.holds(bytes, at: 4096))
        }
    }

    @Test("A device that was given up fails what was on its way, and is free when it is closed")
    func abandoned() async throws {
        let backend = MemoryBackend(size: 16 << 20, order: .held)
        try await NBDServing.with(backend) { serving in
            let server = serving.server()
            let device = try NBDDevice.connect(to: server, NBDSettings(identifier: "abandoned"))
            // Its first open looks for partitions.
            let student = BusyStudent(device.path)
            try await eventually("a request is under way") { backend.inFlight > 0 }
            let clock = ContinuousClock()
            let start = clock.now
            try device.abandon()
            try await eventually("the writer fails") { student.failure != nil }
            #expect(clock.now - start < .seconds(5))
            _ = try await student.stop()
            backend.release()
            try await eventually("the device is free") { !device.isConnected }
            try await eventually("the server is told") { server.connections == 0 }
        }
    }

    @Test("A slow answer is waited for, however often the kernel looks")
    func slow() async throws {
        let backend = MemoryBackend(size: 16 << 20, order: .held)
        try await NBDFixture.with(backend) { fixture in
            let student = BusyStudent(fixture.device.path)
            for _ in 0..<3 {
                try await eventually("a request is under way") { backend.inFlight > 0 }
                try await Task.sleep(for: .seconds(3))
                #expect(fixture.server.connections == 1)
                backend.release()
            }
            // What was held so far may have been the kernel's look for partitions.
            try await eventually("it writes") {
                backend.release()
                return student.pages > 0
            }
            // Let it go on to its end.
            let ending = Task { try await student.stop() }
            while backend.inFlight > 0 || !student.hasEnded {
                backend.release()
                try await Task.sleep(for: .milliseconds(5))
            }
            _ = try await ending.value
            #expect(student.failure == nil && fixture.serving.reports.isEmpty)
        }
    }
}
