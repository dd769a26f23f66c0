// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

/// The control device of the kernel's ublk, open: each call waits until the kernel has done the command.
///
/// Used by one thread. Commands that wait for I/O wait in a thread of the kernel's, so that a process can be killed
/// meanwhile.
struct UblkControl: ~Copyable {
    static let path = "/dev/ublk-control"

    private let file: CInt
    private let ring: IOURing

    /// Opens it.
    ///
    /// - Throws: ``HostError``: `ENOENT` on a kernel without ublk, `EACCES` without the right to use it.
    init() throws(HostError) {
        let ring = try IOURing(.forLongCommands, entries: 2, completions: 4, name: Self.path)
        let file = try Self.open()
        self.ring = ring
        self.file = file
    }

    deinit { _ = Glibc.close(self.file) }

    private static func open() throws(HostError) -> CInt {
        do throws(HostError) {
            return try systemCall("open", Self.path) { locker_openat(AT_FDCWD, Self.path, O_RDWR | O_CLOEXEC, 0) }
        } catch {
            let isMissing = [ENOENT, ENODEV, ENXIO].contains(error.code.rawValue)
            throw isMissing ? error.with(note: "this kernel has no ublk: modprobe ublk_drv") : error
        }
    }

    /// Has the kernel do a command.
    ///
    /// - Parameters:
    ///   - name: what it is called in errors: `ublk start`.
    ///   - device: the N of `/dev/ublkbN`; `UInt32.max` for a new one.
    ///   - value: what the command takes as a number.
    /// - Throws: ``HostError`` with the kernel's answer: `ENODEV` without such a device.
    func call(_ name: String, _ command: UInt32, _ device: UInt32, value: UInt64 = 0) throws(HostError) {
        try self.call(name, command, device, nil, 0, value)
    }

    /// The same with a structure that the kernel reads and writes.
    func call<Structure: BitwiseCopyable>(
        _ name: String,
        _ command: UInt32,
        _ device: UInt32,
        _ structure: inout Structure
    ) throws(HostError) {
        let memory = UnsafeMutablePointer<Structure>.allocate(capacity: 1)
        defer { memory.deallocate() }
        memory.initialize(to: structure)
        try self.call(name, command, device, memory, UInt16(MemoryLayout<Structure>.size), 0)
        structure = memory.pointee
    }

    private func call(
        _ name: String,
        _ command: UInt32,
        _ device: UInt32,
        _ memory: UnsafeMutableRawPointer?,
        _ bytes: UInt16,
        _ value: UInt64
    ) throws(HostError) {
        try self.ring.command(command, to: self.file, locker_ublk_control(device, memory, bytes, value), id: 1)
        var result: CInt?
        while result == nil {
            try self.ring.wait()
            try self.ring.takeCompletions { (_, completed) throws(HostError) in result = completed }
        }
        guard let code = result, code < 0 else { return }
        throw HostError(
            call: name,
            code: Errno(rawValue: -code),
            object: device == .max ? Self.path : "/dev/ublkb\(device)"
        )
    }
}
