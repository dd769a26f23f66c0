// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import Host
internal import Rados
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Block devices and loop devices of this machine.
@Suite(.timeLimit(.minutes(1)))
struct BlockDeviceTests {
    @Test("A device's size and numbers; its size follows its file's")
    func size() async throws {
        try await Scratch.with { scratch in
            let loop = try scratch.device(size: 8 << 20)
            let device = BlockDevice(loop.path)
            #expect(try device.size() == 8 << 20)
            let number = try device.number()
            #expect(number.major == 7 && number.minor == UInt32(loop.number))
            #expect(number.description == "7:\(loop.number)")
            try scratch.grow(loop, to: 12 << 20)
            #expect(try device.size() == 12 << 20)
            try device.flush()
        }
    }

    @Test("A loop device whose last user wanted no discards takes them again from the next")
    func discards() async throws {
        try await Scratch.with { scratch in
            let first = try scratch.device(size: 8 << 20)
            try first.tuneQueue(readAhead: 128 << 10, discards: false)
            #expect(try Self.largestDiscard(of: first) == 0)
            try first.detach()
            // Of the same number, unless another test was faster.
            let second = try scratch.device(size: 8 << 20)
            try second.tuneQueue(readAhead: 128 << 10, discards: true)
            #expect(try Self.largestDiscard(of: second) == 64 << 20)
        }
    }

    @Test("A free loop device that is removed before it is opened is no failure: another is taken")
    func removed() async throws {
        try await Scratch.with { scratch in
            let control = open("/dev/loop-control", O_RDWR)
            try #require(control >= 0)
            defer { close(control) }
            let remover = Remover(control)
            let threads = BlockingPool(threads: 1, name: "remover")
            async let removing: Void = threads.run { remover.run() }
            defer { remover.isOver.store(true, ordering: .relaxed) }
            var rounds = 0
            while rounds < 100 || remover.removed.load(ordering: .relaxed) < 50 {
                let device = try scratch.device(size: 1 << 20)
                #expect(device.isAttached)
                try device.detach()
                rounds += 1
            }
            remover.isOver.store(true, ordering: .relaxed)
            try await removing
            await threads.shutdown()
        }
    }

    /// What another process does that met a device without discards (LoopDevice.attach).
    private final class Remover: Sendable {
        let isOver = Atomic(false)
        let removed = Atomic(0)
        private let control: CInt

        init(_ control: CInt) { self.control = control }

        func run() {
            while !self.isOver.load(ordering: .relaxed) {
                let free = locker_loop_free(self.control)
                guard free >= 0, locker_loop_remove(self.control, free) == 0 else { continue }
                self.removed.add(1, ordering: .relaxed)
            }
        }
    }

    private static func largestDiscard(of device: LoopDevice) throws -> Int? {
        Int(try #require(HostFile.line(FilePath("/sys/block/loop\(device.number)/queue/discard_max_bytes"))))
    }

    @Test("What is no device, or has none behind it, is refused")
    func refused() async throws {
        try await Scratch.with { scratch in
            let file = BlockDevice(try scratch.file("file"))
            let error = try await expectErrno(Errno(rawValue: ENOTBLK)) { try file.number() }
            #expect(error.description.contains("ENOTBLK"), "\(error)")
            #expect(BlockDevice.number(at: file.path) == nil)
            #expect(BlockDevice.number(at: "/dev/null") == nil)
            try await expectErrno(.noSuchFileOrDirectory) { try BlockDevice(scratch.path("none")).number() }
            try await expectErrno(.noSuchFileOrDirectory) { try BlockDevice(scratch.path("none")).size() }
            try await expectErrno(Errno(rawValue: ENOTTY)) { try file.size() }
        }
    }

    @Test("A loop device knows its file, refuses to go while it is mounted, and goes twice without harm")
    func loop() async throws {
        try await Scratch.with { scratch in
            let loop = try scratch.device(size: 64 << 20)
            #expect(loop.isAttached && loop.backingFile == scratch.path("image"))
            #expect(LoopDevice.attached().contains(loop))
            try await Filesystems.make(
                .ext4,
                on: loop.path,
                uuid: "7b1c0c55-0000-4000-8000-000000000001",
                extraOptions: []
            )
            let target = try scratch.folder("mnt")
            try Mounts.mount(loop.path, at: target, type: "ext4", options: MountOptions())
            let error = try await expectErrno(.resourceBusy) { try loop.detach() }
            #expect(error.note.contains("mounted at \(target)"), "\(error)")
            #expect(loop.isAttached)
            try Mounts.unmount(target)
            try loop.detach()
            // The number may be another test's device by now; one that nobody has is no failure.
            #expect(loop.backingFile?.starts(with: scratch.directory) != true)
            let nobody = LoopDevice(number: 1 << 19)
            try nobody.detach()
            #expect(!nobody.isAttached && nobody.backingFile == nil)
        }
    }

    @Test("A read-only loop device takes no write")
    func readOnly() async throws {
        try await Scratch.with { scratch in
            let file = try scratch.file("image")
            #expect(truncate(file.string, 1 << 20) == 0)
            let loop = try LoopDevice.attach(file, readOnly: true, label: "host test")
            // Some kernels refuse the open, the others the write.
            #expect(throws: Errno.self) {
                let descriptor = try FileDescriptor.open(loop.path, .writeOnly)
                try descriptor.closeAfter { _ = try descriptor.writeAll([UInt8](repeating: 1, count: 512)) }
                try BlockDevice(loop.path).flush()
            }
            try loop.detach()
            #expect(try HostFile.read(file).allSatisfy { $0 == 0 })
        }
    }
}
