// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import SystemPackage
internal import TestSupport
internal import Testing

@testable internal import Host

/// Nothing of a ublk device stays behind: each test is a process of its own, so that what it counts is its own.
@Suite(.enabled(if: UblkDevice.isAvailable()), .serialized, .timeLimit(.minutes(3)))
struct UblkLeakTests {
    @Test("A device that is removed, or that another program takes away, leaves no thread, no file and no ring")
    func leftovers() async {
        await #expect(processExitsWith: .success) {
            let threads = namedThreads("locker-ublk").count
            let files = openFiles("ublk")
            let rings = openFiles("io_uring")
            try await UblkServing.with { serving in
                let removed = try serving.start(MemoryBackend(size: 16 << 20))
                let during = openFiles("ublk")
                #expect(namedThreads("locker-ublk").count > threads)
                #expect(during > files && openFiles("io_uring") > rings)
                let taken = try serving.start(MemoryBackend(size: 16 << 20))
                try taken.device.abandon(isServed: true)
                await taken.ended()
                try await eventually("its file is closed") { openFiles("ublk") == during }
                try removed.device.remove(isServed: true)
                await removed.ended()
            }
            #expect(namedThreads("locker-ublk").count == threads)
            try await eventually("its files are closed") {
                openFiles("ublk") == files && openFiles("io_uring") == rings
            }
        }
    }

    @Test("Twenty devices at once, each with its own content, on two threads and in little memory")
    func many() async {
        await #expect(processExitsWith: .success) {
            try await UblkServing.with { serving in
                let first = try serving.start(MemoryBackend(size: 1 << 20))
                let resident = Self.resident
                var made: [(server: UblkServer, backend: MemoryBackend, bytes: [UInt8])] = []
                for _ in 0..<20 {
                    let backend = MemoryBackend(size: 1 << 20, order: .shuffled)
                    made.append((try serving.start(backend), backend, []))
                }
                let each = (Self.resident - resident) / 20
                print("ublk: \(each) bytes of this process' memory for an idle device")
                #expect(each < 64 << 10)
                let devices = Set(made.map(\.server.device))
                #expect(devices.count == 20 && devices.isSubset(of: UblkDevice.all()))
                #expect(namedThreads("locker-ublk").count == 2)
                for index in made.indices {
                    made[index].bytes = randomBytes(256 << 10)
                    try DirectDisk(made[index].server.device.path).write(made[index].bytes, at: 0)
                }
                for (server, backend, bytes) in made {
                    #expect(backend.holds(bytes, at: 0))
                    #expect(try DirectDisk(server.device.path).read(at: 0, count: 256 << 10) == bytes)
                }
                for server in made.map(\.server) + [first] {
                    let identity = try #require(server.device.status).identity
                    try server.device.remove(isServed: true)
                    await server.ended()
                    try await eventually("it is gone") { UblkDevice.named(identity) == nil }
                }
                #expect(serving.reports.isEmpty)
            }
        }
    }

    private static var resident: Int {
        let pages = HostFile.line("/proc/self/statm")?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return (pages ?? 0) * 4096
    }
}
