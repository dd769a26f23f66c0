// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

@testable internal import Host

/// Devices of the kernel's ublk, where it has that.
@Suite(.enabled(if: UblkDevice.isAvailable()), .serialized, .timeLimit(.minutes(3)))
struct UblkDeviceTests {
    @Test("A device is what was asked for, knows whose it is, and is gone when it is removed")
    func start() async throws {
        try await UblkServing.with { serving in
            let server = try serving.start(MemoryBackend(size: (64 << 20) + 512), identity: 0xfeed_0000_0000_0001)
            let device = server.device
            let status = try #require(device.status)
            #expect(status.identity == 0xfeed_0000_0000_0001 && status.hasDisk && !status.isQuiesced)
            #expect(status.isRecoverable && server.isServing)
            #expect(UblkDevice.named(0xfeed_0000_0000_0001) == device && UblkDevice.named(1) == nil)
            #expect(UblkDevice.all().contains(device))
            #expect(device.size == (64 << 20) + 512)
            #expect(try BlockDevice(device.path).size() == device.size)
            try device.tuneQueue(readAhead: 4 << 20)
            func setting(_ name: String) -> String? { HostFile.line(device.sysfs.appending("queue/\(name)")) }
            #expect(setting("logical_block_size") == "512" && setting("physical_block_size") == "512")
            #expect(setting("max_sectors_kb") == "1024" && setting("read_ahead_kb") == "4096")
            #expect(setting("scheduler")?.contains("[none]") == true && setting("write_cache") == "write back")
            #expect(setting("discard_max_bytes") == "\(64 << 20)" && setting("discard_granularity") == "65536")
            #expect(setting("write_zeroes_max_bytes") == "\(64 << 20)" && setting("nr_requests") == "63")
            #expect(setting("fua") == "0")
            try device.remove(isServed: true)
            await server.ended()
            // Its number may be another test's device by now.
            #expect(!server.isServing && UblkDevice.named(0xfeed_0000_0000_0001) == nil)
            #expect(serving.reports.isEmpty)
        }
        // As often as one likes.
        try UblkDevice(number: 60_000).remove(isServed: true)
    }

    @Test("A thread that serves may do what the process may, so that threads which are started on it may, too")
    func privileged() async throws {
        try await UblkServing.with { serving in
            let server = try serving.start(MemoryBackend(size: 16 << 20))
            try DirectDisk(server.device.path).flush()
            let own = try privileges(of: "thread-self")
            #expect(own.contains(.administration))
            let threads = namedThreads("locker-ublk")
            #expect(!threads.isEmpty)
            for thread in threads { #expect(try privileges(of: "self/task/\(thread)") == own) }
        }
    }

    @Test("Direct I/O of many sizes is what the backend has", arguments: [MemoryBackend.Order.atOnce, .shuffled])
    func io(_ order: MemoryBackend.Order) async throws {
        let backend = MemoryBackend(size: 64 << 20, order: order)
        try await UblkServing.with { serving in
            let server = try serving.start(backend)
            let disk = try DirectDisk(server.device.path)
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

    @Test("fio finds every block that it wrote, at depth 128")
    func verified() async throws {
        try await UblkServing.with { serving in
            let server = try serving.start(MemoryBackend(size: 48 << 20, order: .shuffled))
            try await command(
                "fio",
                [
                    "--name=v", "--filename=\(server.device.path)", "--ioengine=libaio", "--direct=1",
                    "--rw=randwrite", "--bsrange=512-128k", "--blockalign=512", "--iodepth=128", "--size=48M",
                    "--verify=crc32c", "--do_verify=1", "--verify_fatal=1", "--verify_state_save=0", "--fsync=64",
                    "--output=/dev/null",
                ]
            )
        }
    }

    @Test(
        "A filesystem is made, filled, trimmed, kept while it is mounted, and checked",
        arguments: FilesystemType.allCases
    )
    func filesystem(_ type: FilesystemType) async throws {
        let backend = MemoryBackend(size: 320 << 20, capacity: 1 << 30, order: .shuffled)
        try await Scratch.with { scratch in
            try await UblkServing.with { serving in
                let server = try serving.start(backend)
                let device = server.device
                try device.tuneQueue(readAhead: 4 << 20)
                let uuid = "7b1c0c55-0000-4000-8000-00000000002\(device.number % 10)"
                try await Filesystems.make(type, on: device.path, uuid: uuid, extraOptions: [])
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

                let busy = try await expectErrno(.resourceBusy) { try device.remove(isServed: true) }
                #expect(busy.note.contains("mounted at \(target)"), "\(busy)")
                #expect(server.isServing)

                backend.size = 640 << 20
                if try UblkFeatures.ofKernel().contains(.updateSize) {
                    try device.resize(to: 640 << 20)
                    #expect(try BlockDevice(device.path).size() == 640 << 20)
                    try await Filesystems.grow(type, on: device.path, mountedAt: target)
                } else {
                    let error = try await expectErrno(.notSupported) { try device.resize(to: 640 << 20) }
                    #expect(error.note.contains("6.16") && error.note.contains("mounter"), "\(error)")
                }
                let smaller = try await expectErrno(.invalidArgument) { try device.resize(to: 160 << 20) }
                #expect(smaller.note.contains("bytes already"), "\(smaller)")

                try Mounts.unmount(target)
                try BlockDevice(device.path).flush()
                #expect(try await Filesystems.check(type, on: device.path) == .sound)
                try Mounts.mount(device.path, at: target, type: type.rawValue, options: MountOptions())
                #expect(try HostFile.read(target.appending("homework")) == bytes)
                try Mounts.unmount(target)
                try device.remove(isServed: true)
                await server.ended()
            }
        }
    }

    @Test("Zeroes read as zeroes, a synchronous write is flushed, and a read-only device takes no write")
    func zeroesAndReadOnly() async throws {
        let backend = MemoryBackend(size: 16 << 20)
        try await UblkServing.with { serving in
            let path = try serving.start(backend).device.path
            let disk = try DirectDisk(path)
            let bytes = randomBytes(1 << 20)
            try disk.write(bytes, at: 0)
            try await command("blkdiscard", ["--zeroout", "-o", "1536", "-l", "3072", path.string])
            var expected = Array(bytes[..<8192])
            expected.replaceSubrange(1536..<4608, with: [UInt8](repeating: 0, count: 3072))
            #expect(try disk.read(at: 0, count: 8192) == expected)
            #expect(backend.count(.zero) > 0)
            let flushes = backend.count(.flush)
            try await command("dd", ["if=/dev/zero", "of=\(path)", "bs=4096", "count=1", "oflag=direct,dsync"])
            #expect(backend.count(.flush) > flushes)

            let fixed = MemoryBackend(size: 16 << 20, isReadOnly: true)
            let other = try serving.start(fixed).device.path
            #expect(try await command("blockdev", ["--getro", other.string]).hasPrefix("1"))
            #expect(throws: Errno.self) {
                let disk = try DirectDisk(other)
                try disk.write(randomBytes(512), at: 0)
            }
            let reader = try DirectDisk(other, readOnly: true)
            #expect(try reader.read(at: 0, count: 512).count == 512)
            #expect(fixed.count(.write) == 0)
        }
    }

    @Test("A failure of the backend fails the request and nothing else; one that was cut short is no zeroes")
    func failures() async throws {
        let backend = MemoryBackend(size: 16 << 20)
        try await UblkServing.with { serving in
            let disk = try DirectDisk(try serving.start(backend).device.path)
            let bytes = randomBytes(8192)
            try disk.write(bytes, at: 0)
            for (answer, code) in [(-Int(EDQUOT), Errno.noSpace), (-Int(ESHUTDOWN), .ioError), (-Int(EPERM), .ioError)]
            {
                backend.answer.store(answer, ordering: .relaxed)
                #expect(throws: code) { try disk.write(bytes, at: 0) }
            }
            backend.answer.store(4096, ordering: .relaxed)
            #expect(throws: Errno.ioError) { _ = try disk.read(at: 0, count: 8192) }
            backend.answer.store(0, ordering: .relaxed)
            #expect(try disk.read(at: 0, count: 8192) == bytes)
        }
    }

    @Test("A device that somebody has open is kept, and goes when it is closed")
    func open() async throws {
        try await UblkServing.with { serving in
            let server = try serving.start(MemoryBackend(size: 16 << 20), identity: 0xfeed_0000_0000_0003)
            var disk: DirectDisk? = try DirectDisk(server.device.path)
            let error = try await expectErrno(.resourceBusy) { try server.device.remove(isServed: true) }
            #expect(error.note.contains("open in process \(getpid())"), "\(error)")
            let bytes = randomBytes(4096)
            try disk?.write(bytes, at: 4096)
            #expect(try disk?.read(at: 4096, count: 4096) == bytes)
            disk = nil
            try server.device.remove(isServed: true)
            await server.ended()
            try await eventually("it is gone") { UblkDevice.named(0xfeed_0000_0000_0003) == nil }
        }
    }

    @Test("What was written through the page cache and closed is with the backend when the device is gone")
    func cached() async throws {
        let backend = MemoryBackend(size: 16 << 20, order: .shuffled)
        try await UblkServing.with { serving in
            let server = try serving.start(backend)
            let bytes = randomBytes(3 << 20)
            let file = try FileDescriptor.open(server.device.path, .writeOnly)
            _ = try file.writeAll(bytes)
            try file.close()
            try server.device.remove(isServed: true)
            #expect(backend.holds(bytes, at: 0) && backend.inFlight == 0)
        }
    }

    @Test("What is on a device is not looked at: a partition table makes no partitions")
    func partitions() async throws {
        let backend = MemoryBackend(size: 16 << 20)
        // A master boot record with one partition of type 0x83 from sector 2048.
        let entry: [UInt8] = [0, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 16, 0, 0]
        backend.memory[446..<462].copyBytes(from: entry)
        backend.memory[510..<512].copyBytes(from: [0x55, 0xaa])
        try await UblkServing.with { serving in
            let device = try serving.start(backend).device
            #expect(backend.count == 0)
            _ = try DirectDisk(device.path).read(at: 0, count: 512)
            #expect(HostFile.names(in: device.sysfs).allSatisfy { !$0.hasPrefix("ublkb") })
        }
    }

    @Test("A device that another program takes away is noticed, and its thread serves on")
    func takenAway() async throws {
        try await UblkServing.with { serving in
            let server = try serving.start(MemoryBackend(size: 16 << 20), identity: 0xfeed_0000_0000_0002)
            try server.device.abandon(isServed: true)
            await server.ended()
            #expect(!server.isServing && serving.reports.isEmpty)
            try await eventually("it is gone") { UblkDevice.named(0xfeed_0000_0000_0002) == nil }
            for _ in 0..<4 {
                let other = try serving.start(MemoryBackend(size: 1 << 20))
                _ = try DirectDisk(other.device.path).read(at: 0, count: 4096)
            }
        }
    }
}

/// What a thread may do just now.
///
/// - Parameter folder: its folder in /proc.
private func privileges(of folder: String) throws -> Privileges {
    Privileges.effective(status: String(decoding: try HostFile.read(FilePath("/proc/\(folder)/status")), as: UTF8.self))
}
