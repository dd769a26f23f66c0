// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import Host

/// The kernel's io_uring, on any machine that lets this process have it.
@Suite(.timeLimit(.minutes(1)))
struct IOURingTests {
    @Test("Reads are completed under their numbers, in any order, with data or an errno")
    func reads() throws {
        let ring = try IOURing(.ofOneThread, entries: 8, completions: 16, name: "a test")
        let pipe = try FileDescriptor.pipe()
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 8)
        defer { memory.deallocate() }
        try ring.read(pipe.readEnd.rawValue, into: memory, count: 32, id: 7)
        try ring.read(-1, into: memory + 32, count: 32, id: 9)
        try ring.wait()
        var results: [UInt64: CInt] = [:]
        try ring.takeCompletions { results[$0] = $1 }
        #expect(results == [9: -EBADF])
        _ = try pipe.writeEnd.writeAll("students".utf8)
        while results[7] == nil {
            try ring.wait()
            try ring.takeCompletions { results[$0] = $1 }
        }
        #expect(results[7] == 8)
        #expect(UnsafeRawBufferPointer(start: memory, count: 8).elementsEqual("students".utf8))
        try pipe.readEnd.close()
        try pipe.writeEnd.close()
    }

    @Test("More entries than there is room for are submitted in turns, and none is lost")
    func many() throws {
        let ring = try IOURing(.ofOneThread, entries: 8, completions: 8, name: "a test")
        let zero = try FileDescriptor.open("/dev/zero", .readOnly)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 1000, alignment: 8)
        defer { memory.deallocate() }
        memory.initializeMemory(as: UInt8.self, repeating: 1, count: 1000)
        var ids: Set<UInt64> = []
        for id in 0..<1000 as Range<UInt64> {
            try ring.read(zero.rawValue, into: memory + Int(id), count: 1, id: id)
        }
        while ids.count < 1000 {
            try ring.wait()
            try ring.takeCompletions { id, result in
                #expect(result == 1)
                ids.insert(id)
            }
        }
        #expect(UnsafeRawBufferPointer(start: memory, count: 1000).allSatisfy { $0 == 0 })
        try zero.close()
    }

    @Test("A command to a file that takes none is refused; one that is too long is not sent")
    func commands() throws {
        let zero = try FileDescriptor.open("/dev/null", .readOnly)
        let ring = try IOURing(.forLongCommands, entries: 2, completions: 4, name: "a test")
        var result: CInt?
        // What /dev/null does with commands is to complete them.
        try ring.command(1, to: zero.rawValue, (UInt64(1), UInt64(2), UInt64(3), UInt64(4)), id: 1)
        while result == nil {
            try ring.wait()
            try ring.takeCompletions { result = $1 }
        }
        #expect(result == 0)
        let pipe = try FileDescriptor.pipe()
        result = nil
        try ring.command(1, to: pipe.readEnd.rawValue, UInt64(1), id: 1)
        while result == nil {
            try ring.wait()
            try ring.takeCompletions { result = $1 }
        }
        #expect(result == -EOPNOTSUPP)
        let short = try IOURing(.ofOneThread, entries: 2, completions: 4, name: "a test")
        let error = #expect(throws: HostError.self) {
            try short.command(1, to: zero.rawValue, (UInt64(1), UInt64(2), UInt64(3)), id: 1)
        }
        #expect(error?.code == .invalidArgument)
        try zero.close()
        try pipe.readEnd.close()
        try pipe.writeEnd.close()
    }

    @Test("A ring that is let go leaves no file")
    func closed() async {
        // A process of its own: what it counts is its own.
        await #expect(processExitsWith: .success) {
            let before = openFiles("io_uring")
            for _ in 0..<50 {
                let ring = try IOURing(.forLongCommands, entries: 2, completions: 4, name: "a test")
                ring.close()
            }
            do {
                let ring = try IOURing(.ofOneThread, entries: 2, completions: 4, name: "a test")
                #expect(openFiles("io_uring") == before + 1)
                ring.close()
            }
            #expect(openFiles("io_uring") == before)
        }
    }

    @Test("A kernel without ublk says so", .enabled(if: !UblkDevice.isAvailable()))
    func noUblk() async throws {
        let error = try await expectErrno(.noSuchFileOrDirectory) { try UblkFeatures.ofKernel() }
        #expect(error.note.contains("modprobe ublk_drv"), "\(error)")
        #expect(UblkDevice.all().isEmpty && UblkDevice.named(1) == nil && UblkDevice(number: 0).status == nil)
    }
}
