// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage
internal import TestSupport
internal import Testing

@testable internal import Host

/// What becomes of a device whose server dies, where the kernel has ublk.
@Suite(.enabled(if: UblkDevice.isAvailable()), .serialized, .timeLimit(.minutes(3)))
struct UblkDeathTests {
    @Test("A server that dies under a writer and is replaced is noticed by nobody")
    func replaced() async throws {
        let backend = MemoryBackend(size: 64 << 20, order: .shuffled)
        try await UblkServing.with { serving in
            let device = try serving.start(backend, identity: 77).device
            let student = BusyStudent(device.path)
            for round in 1...5 {
                let before = student.pages
                try await eventually("round \(round): it writes") { student.pages > before + 20 }
                try await serving.die(holding: backend)
                let server = try serving.resume(device, backend, identity: 77)
                #expect(server.isServing)
            }
            let before = student.pages
            try await eventually("it goes on") { student.pages > before + 20 }
            let content = try await student.stop()
            #expect(student.failure == nil)
            print("ublk: the longest write took \(student.longest)")
            for (page, byte) in content.enumerated() {
                #expect(backend.holds([UInt8](repeating: byte, count: 4096), at: page * 4096), "page \(page)")
            }
        }
    }

    @Test("A server that dies with its queue full is replaced at once, and every request is done")
    func full() async throws {
        let backend = MemoryBackend(size: 64 << 20, order: .held)
        try await UblkServing.with { serving in
            let device = try serving.start(backend, identity: 78).device
            async let writing = command(
                "fio",
                [
                    "--name=w", "--filename=\(device.path)", "--ioengine=libaio", "--direct=1", "--rw=write", "--bs=4k",
                    "--iodepth=256", "--size=1M", "--output=/dev/null",
                ]
            )
            try await eventually("the queue is full") { backend.inFlight == UblkQueue.depth - 1 }
            try serving.die()
            backend.release()
            let clock = ContinuousClock()
            let start = clock.now
            let other = MemoryBackend(size: 64 << 20)
            _ = try serving.resume(device, other, identity: 78)
            _ = try await writing
            print("ublk: with a full queue it was written \(clock.now - start) after the death")
            #expect(clock.now - start < .seconds(6))
            #expect(other.count(.write) >= 256)
        }
    }

    @Test("A mounted filesystem outlives its server", arguments: FilesystemType.allCases)
    func mounted(_ type: FilesystemType) async throws {
        let backend = MemoryBackend(size: 320 << 20, order: .shuffled)
        try await Scratch.with { scratch in
            try await UblkServing.with { serving in
                let device = try serving.start(backend, identity: 79).device
                let uuid = "7b1c0c55-0000-4000-8000-00000000003\(device.number % 10)"
                try await Filesystems.make(type, on: device.path, uuid: uuid, extraOptions: [])
                let target = try scratch.folder("mnt")
                try Mounts.mount(device.path, at: target, type: type.rawValue, options: MountOptions())
                let student = BusyStudent(target.appending("thesis"))
                try await eventually("it writes") { student.pages > 10 }
                try await serving.die(holding: backend)
                try await eventually("the kernel has noticed") { device.status?.isQuiesced == true }
                let busy = try await expectErrno(.resourceBusy) { try device.remove(isServed: false) }
                #expect(busy.note.contains("mounted at \(target)"), "\(busy)")
                let server = try serving.resume(device, backend, identity: 79)
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
                try device.remove(isServed: true)
                await server.ended()
            }
        }
    }

    @Test("Whose server is alive, who is somebody else's and who is not there is not taken over")
    func refused() async throws {
        let backend = MemoryBackend(size: 16 << 20)
        try await UblkServing.with { serving in
            let device = try serving.start(backend, identity: 80).device
            let stranger = try await expectErrno(.invalidArgument) {
                try serving.resume(device, backend, identity: 81)
            }
            #expect(stranger.note.contains("81"), "\(stranger)")
            let alive = try await expectErrno(.resourceBusy) { try serving.resume(device, backend, identity: 80) }
            #expect(alive.note.hasPrefix("its server is alive"))
            try await expectErrno(.operationNotSupportedByDevice) {
                try serving.resume(UblkDevice(number: 4000), backend, identity: 80)
            }
            try UblkDevice(number: 4000).remove(isServed: false)
        }
    }

    @Test("A successor that dies before it serves leaves the device to the next")
    func interrupted() async throws {
        let backend = MemoryBackend(size: 16 << 20)
        try await UblkServing.with { serving in
            let device = try serving.start(backend, identity: 82).device
            let bytes = randomBytes(4096)
            try DirectDisk(device.path).write(bytes, at: 0)
            try serving.die()
            try await eventually("the kernel lets the successor begin") {
                do throws(HostError) {
                    try UblkControl().call("ublk recovery", LOCKER_UBLK_START_USER_RECOVERY, device.number)
                    return true
                } catch {
                    return false
                }
            }
            let server = try serving.resume(device, backend, identity: 82)
            #expect(try DirectDisk(device.path).read(at: 0, count: 4096) == bytes)
            try device.remove(isServed: true)
            await server.ended()
        }
    }

    @Test("A device whose server is dead and that nobody uses is taken away")
    func dropped() async throws {
        try await UblkServing.with { serving in
            let device = try serving.start(MemoryBackend(size: 16 << 20), identity: 83).device
            try serving.die()
            try await eventually("the kernel has noticed") { device.status?.isQuiesced == true }
            try device.remove(isServed: false)
            try await eventually("it is gone") { UblkDevice.named(83) == nil }
        }
    }
}
