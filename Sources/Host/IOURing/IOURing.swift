// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

/// A ring of the kernel's io_uring: entries are queued, submitted together, and completed in any order.
///
/// Used by one thread at a time. Everything queued is named by a number that its completion bears. It is closed when it
/// is let go; what is not completed by then is cancelled by the kernel a little later. See: man 7 io_uring.
final class IOURing {
    /// Who uses a ring, and for what.
    enum Kind {
        /// One thread, which waits for completions most of the time: it is not interrupted for them.
        case ofOneThread
        /// Any thread, one after another, for commands of up to 80 bytes.
        case forLongCommands
    }

    private let ring: OpaquePointer
    private let name: String
    private let completions: UnsafeMutablePointer<locker_completion>
    private var isClosed = false
    private static let batch = 64

    /// Makes a ring.
    ///
    /// - Parameters:
    ///   - entries: how many can be queued before they are submitted; a power of two.
    ///   - completions: how many can be there at once before the kernel has to make room elsewhere; a power of two.
    ///   - name: what it is called in errors.
    /// - Throws: ``HostError``: `ENOSYS` or `EPERM` where io_uring is not to be had, `EINVAL` before Linux 5.19.
    init(_ kind: Kind, entries: Int, completions: Int, name: String) throws(HostError) {
        var ring: OpaquePointer?
        let flags = kind == .ofOneThread ? LOCKER_RING_OF_ONE : LOCKER_RING_WIDE
        try Self.call("io_uring_setup", name) {
            locker_ring_open(&ring, UInt32(entries), UInt32(completions), flags)
        }
        guard let ring else { throw HostError(call: "io_uring_setup", code: .noMemory, object: name) }
        self.ring = ring
        self.name = name
        self.completions = .allocate(capacity: Self.batch)
    }

    deinit {
        self.close()
        self.completions.deallocate()
    }

    /// Closes it before it is let go; nothing else may be called after that.
    func close() {
        if !self.isClosed { locker_ring_close(self.ring) }
        self.isClosed = true
    }

    /// Queues a read of so many bytes into memory that stays there until it is completed.
    func read(_ file: CInt, into memory: UnsafeMutableRawPointer, count: Int, id: UInt64) throws(HostError) {
        try self.makeRoom(for: 1)
        try Self.call("io_uring read", self.name) {
            locker_ring_read(self.ring, file, memory, UInt32(count), id)
        }
    }

    /// Queues a command to the driver behind a file.
    ///
    /// - Parameters:
    ///   - payload: what the driver takes; copied.
    /// - Throws: ``HostError``: `EINVAL` for a payload that an entry of this ring has no room for.
    func command<Payload: BitwiseCopyable>(
        _ command: UInt32,
        to file: CInt,
        _ payload: Payload,
        id: UInt64
    ) throws(HostError) {
        try self.makeRoom(for: 1)
        try Self.call("io_uring command", self.name) {
            withUnsafePointer(to: payload) {
                locker_ring_command(self.ring, file, command, $0, UInt32(MemoryLayout<Payload>.size), id)
            }
        }
    }

    /// Submits what is queued if so many more entries would not fit beside it.
    func makeRoom(for count: Int) throws(HostError) {
        if locker_ring_room(self.ring) < UInt32(count) { try self.submit() }
    }

    /// Submits what is queued.
    func submit() throws(HostError) {
        try self.enter(0)
    }

    /// Submits what is queued and waits for a completion; a signal ends the wait, too.
    func wait() throws(HostError) {
        try self.enter(1)
    }

    /// Whether there is a completion to take; asks nobody.
    var hasCompletions: Bool {
        locker_ring_ready(self.ring) > 0
    }

    /// Hands out the completions that are there.
    func takeCompletions(_ body: (_ id: UInt64, _ result: CInt) throws(HostError) -> Void) throws(HostError) {
        while true {
            let count = Int(locker_ring_take(self.ring, self.completions, UInt32(Self.batch)))
            guard count > 0 else { return }
            for index in 0..<count { try body(self.completions[index].id, self.completions[index].result) }
        }
    }

    private func enter(_ count: UInt32) throws(HostError) {
        do throws(HostError) {
            try Self.call("io_uring_enter", self.name) { locker_ring_submit(self.ring, count) }
        } catch  where [EINTR, EAGAIN, EBUSY].contains(error.code.rawValue) {
            // A signal; or no memory, or no room for completions, just now: some are to be taken first.
            return
        }
    }

    private static func call(_ name: String, _ object: String, _ body: () -> CInt) throws(HostError) {
        let result = body()
        guard result >= 0 else { throw HostError(call: name, code: Errno(rawValue: -result), object: object) }
    }
}
