// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Host
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Devices of the kernel's nbd, where it has that.
@Suite(.enabled(if: NBDDevice.isAvailable()), .serialized, .timeLimit(.minutes(3)))
struct NBDDeviceTests {
    @Test("A device is what was asked for, knows whose it is, and is gone when it is disconnected")
    func connect() async throws {
        try await NBDFixture.with(MemoryBackend(size: (64 << 20) + 512)) { fixture in
            let device = fixture.device
            let status = try #require(device.status)
            #expect(status.size == (64 << 20) + 512 && !status.isReadOnly)
            #expect(status.identifier.hasPrefix("test-") && status.connector > 0)
            #expect(NBDDevice.all().contains(device))
            #expect(try BlockDevice(device.path).size() == status.size)
            try device.tuneQueue(readAhead: 4 << 20)
            func setting(_ name: String) -> String? {
                HostFile.line(FilePath("/sys/block/nbd\(device.number)/queue/\(name)"))
            }
            #expect(setting("logical_block_size") == "512" && setting("physical_block_size") == "512")
            #expect(setting("max_sectors_kb") == "1024" && setting("read_ahead_kb") == "4096")
            #expect(setting("scheduler")?.contains("[none]") == true && setting("write_cache") == "write back")
            #expect(setting("io_timeout") == "1000" && setting("discard_max_bytes") == "\(64 << 20)")
            #expect(setting("fua") == "0")
            try device.disconnect()
            // Its number may be another test's device by now.
            #expect(device.status?.identifier != status.identifier)
            #expect(NBDDevice.all().allSatisfy { $0.status?.identifier != status.identifier })
            try await eventually("the server is told") { fixture.server.connections == 0 }
            #expect(fixture.serving.reports.isEmpty)
        }
    }

    @Test("What cannot be is refused: a device in use, several connections without a timeout, a stranger's device")
    func refused() async throws {
        try await NBDFixture.with(MemoryBackend(size: 1 << 20)) { fixture in
            let other = fixture.serving.server()
            try await expectErrno(.resourceBusy) {
                try NBDDevice.connect(to: other, NBDSettings(identifier: "other"), number: fixture.device.number)
            }
            var settings = NBDSettings(identifier: "other")
            settings.connections = 2
            try await expectErrno(.invalidArgument) { try NBDDevice.connect(to: other, settings) }
            let error = try await expectErrno(.invalidArgument) {
                try fixture.device.reconnect(to: other, identifier: "other")
            }
            #expect(error.note.contains(fixture.identifier), "\(error)")
            let alive = try await expectErrno(.resourceBusy) {
                try fixture.device.reconnect(to: other, identifier: fixture.identifier)
            }
            #expect(alive.note == "its server is alive")
            #expect(other.connections == 0 && fixture.server.connections == 1)
        }
        try await expectErrno(.noSuchAddressOrDevice) { try NBDDevice(number: 4000).resize(to: 1) }
        try NBDDevice(number: 4000).disconnect()
    }

    @Test("Direct I/O of many sizes is what the backend has", arguments: [1, 2])
    func io(_ connections: Int) async throws {
        let backend = MemoryBackend(size: 64 << 20, order: .shuffled)
        try await NBDFixture.with(backend, connections: connections) { fixture in
            try fixture.device.tuneQueue(readAhead: 128 << 10)
            let disk = try DirectDisk(fixture.device.path)
            for (index, size) in [512, 4096, 65536, 1 << 20, (5 << 20) + 512, 16 << 20].enumerated() {
                let bytes = randomBytes(size)
                let place = (index << 20) + 512
                try disk.write(bytes, at: place)
                try disk.flush()
                #expect(backend.holds(bytes, at: place), "\(size) bytes")
                #expect(try disk.read(at: place, count: size) == bytes, "\(size) bytes")
            }
            #expect(backend.count(.flush) > 0)
        }
    }

    @Test("fio finds every block that it wrote, at depth 32", arguments: [1, 2])
    func verified(_ connections: Int) async throws {
        let backend = MemoryBackend(size: 48 << 20, order: .shuffled)
        try await NBDFixture.with(backend, connections: connections) { fixture in
            try await command(
                "fio",
                [
                    "--name=v", "--filename=\(fixture.device.path)", "--ioengine=libaio", "--direct=1",
                    "--rw=randwrite", "--bsrange=512-128k", "--blockalign=512", "--iodepth=32", "--size=48M",
                    "--verify=crc32c", "--do_verify=1", "--verify_fatal=1", "--verify_state_save=0", "--fsync=64",
                    "--output=/dev/null",
                ]
            )
        }
    }

    @Test(
        "A filesystem is made, filled, trimmed, unmounted, and grown while it is mounted",
        arguments: FilesystemType.allCases
    )
    func filesystem(_ type: FilesystemType) async throws {
        let backend = MemoryBackend(size: 320 << 20, capacity: 1 << 30, order: .shuffled)
        try await Scratch.with { scratch in
            try await NBDFixture.with(backend) { fixture in
                let device = fixture.device
                try device.tuneQueue(readAhead: 4 << 20)
                try await Filesystems.make(
                    type,
                    on: device.path,
                    uuid: "7b1c0c55-0000-4000-8000-00000000000\(device.number % 10)",
                    extraOptions: []
                )
                let target = try scratch.folder("mnt")
                try Mounts.mount(device.path, at: target, type: type.rawValue, options: MountOptions())
                let bytes = randomBytes(20 << 20)
                try HostFile.replace(target.appending("homework"), with: bytes)
                #expect(backend.count(.flush) > 0)
                let discards = backend.count(.discard)
                try HostFile.replace(target.appending("gone"), with: bytes)
                try HostFile.remove(target.appending("gone"))
                try await command("fstrim", [target.string])
                #expect(backend.count(.discard) > discards)

                let busy = try await expectErrno(.resourceBusy) { try device.disconnect() }
                #expect(busy.note.contains("mounted at \(target)"), "\(busy)")
                #expect(device.isConnected)

                backend.size = 640 << 20
                try device.resize(to: 640 << 20)
                #expect(try BlockDevice(device.path).size() == 640 << 20)
                try await Filesystems.grow(type, on: device.path, mountedAt: target)
                var space = statvfs()
                #expect(statvfs(target.string, &space) == 0)
                #expect(UInt64(space.f_blocks) * UInt64(space.f_frsize) > 540 << 20)
                let smaller = try await expectErrno(.invalidArgument) { try device.resize(to: 320 << 20) }
                #expect(smaller.note.contains("\(640 << 20) bytes"), "\(smaller)")

                try Mounts.unmount(target)
                try BlockDevice(device.path).flush()
                #expect(try await Filesystems.check(type, on: device.path) == .sound)
                try Mounts.mount(device.path, at: target, type: type.rawValue, options: MountOptions())
                #expect(try HostFile.read(target.appending("homework")) == bytes)
                try Mounts.unmount(target)
            }
        }
    }

    @Test("Zeroes read as zeroes, and a read-only device takes no write")
    func zeroesAndReadOnly() async throws {
        let backend = MemoryBackend(size: 16 << 20)
        try await NBDFixture.with(backend) { fixture in
            let disk = try DirectDisk(fixture.device.path)
            let bytes = randomBytes(1 << 20)
            try disk.write(bytes, at: 0)
            try await command("blkdiscard", ["--zeroout", "-o", "1536", "-l", "3072", fixture.device.path.string])
            var expected = Array(bytes[..<8192])
            expected.replaceSubrange(1536..<4608, with: [UInt8](repeating: 0, count: 3072))
            #expect(try disk.read(at: 0, count: 8192) == expected)
            let known = HostFile.line(FilePath("/sys/block/nbd\(fixture.device.number)/queue/write_zeroes_max_bytes"))
            #expect((backend.count(.zero) > 0) == (known != "0"))
        }
        try await NBDFixture.with(MemoryBackend(size: 16 << 20, isReadOnly: true)) { fixture in
            #expect(fixture.device.status?.isReadOnly == true)
            #expect(throws: Errno.self) {
                let disk = try DirectDisk(fixture.device.path)
                try disk.write(randomBytes(512), at: 0)
            }
            let disk = try DirectDisk(fixture.device.path, readOnly: true)
            #expect(try disk.read(at: 0, count: 512).count == 512)
            #expect(fixture.backend.count(.write) == 0)
        }
    }

    @Test("A device that somebody has open is kept, and is gone when it is closed and disconnected again")
    func open() async throws {
        try await NBDFixture.with(MemoryBackend(size: 16 << 20)) { fixture in
            let disk = try DirectDisk(fixture.device.path)
            let error = try await expectErrno(.resourceBusy) { try fixture.device.disconnect() }
            #expect(error.note.contains("open in process \(getpid())"), "\(error)")
            // As if nothing had been asked: the last close does not take it away.
            let bytes = randomBytes(4096)
            try disk.write(bytes, at: 4096)
            #expect(try disk.read(at: 4096, count: 4096) == bytes)
            _ = disk
        }
    }

    @Test("Twenty devices at once, each with its own content, and gone again")
    func many() async throws {
        // Told from the devices of tests that run beside this one.
        let prefix = "many-\(UInt32.random(in: .min ... .max))-"
        func own() -> Set<NBDDevice> {
            Set(NBDDevice.all().filter { $0.status?.identifier.hasPrefix(prefix) ?? false })
        }
        try await NBDServing.with(MemoryBackend(size: 0)) { serving in
            var made: [(device: NBDDevice, backend: MemoryBackend, bytes: [UInt8])] = []
            for number in 0..<20 {
                let backend = MemoryBackend(size: 1 << 20, order: .shuffled)
                let server = serving.server(of: backend)
                let device = try NBDDevice.connect(to: server, NBDSettings(identifier: "\(prefix)\(number)"))
                made.append((device, backend, randomBytes(1 << 20)))
            }
            #expect(Set(made.map(\.device)).count == 20 && own() == Set(made.map(\.device)))
            for (device, _, bytes) in made { try DirectDisk(device.path).write(bytes, at: 0) }
            for (device, backend, bytes) in made {
                #expect(backend.holds(bytes, at: 0))
                #expect(try DirectDisk(device.path).read(at: 0, count: 1 << 20) == bytes)
            }
            for (device, _, _) in made { try device.disconnect() }
            #expect(own().isEmpty && serving.reports.isEmpty)
        }
    }
}
