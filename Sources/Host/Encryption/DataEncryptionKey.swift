// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

/// The key of one volume's data: 32 random bytes, in memory of their own that is locked, left out of core dumps and of
/// child processes, and overwritten when the last reference goes.
///
/// It is no text and never shown: whatever prints, interpolates, dumps or reflects it gets `<data encryption key>`, and
/// it cannot be encoded. ``withBytes(_:)`` lends the bytes themselves; librbd and libcryptsetup copy them for the call, and
/// wipe their copies. Of the LUKS2 header it is the passphrase: the key that sectors are encrypted with is in the header,
/// wrapped with this one. See: man 2 mlock, man 2 madvise, man 3 explicit_bzero.
///
/// `@unchecked Sendable`: the memory is written before the initialiser returns, and wiped when nobody can read it.
package final class DataEncryptionKey: @unchecked Sendable {
    /// Bytes of a key.
    package static let size = 32

    /// Why the memory could be swapped out or dumped after all, as under a small `RLIMIT_MEMLOCK`; `nil` if it cannot.
    package let exposure: HostError?

    private let memory: UnsafeMutableRawBufferPointer

    /// A new key, from the kernel's random numbers.
    ///
    /// - Throws: ``HostError`` with `ENOMEM`.
    package static func random() throws(HostError) -> DataEncryptionKey {
        try DataEncryptionKey { (memory) throws(HostError) in
            let count = try systemCall("getrandom", "a data encryption key") {
                locker_random(memory.baseAddress, memory.count)
            }
            // Never for so few bytes; see: man 2 getrandom.
            guard count == memory.count else {
                throw HostError(call: "getrandom", code: .ioError, object: "a data encryption key")
            }
        }
    }

    /// Copies a key that is somewhere else, where the caller wipes it.
    ///
    /// - Throws: ``HostError``: `EINVAL` unless they are ``size`` bytes, `ENOMEM`.
    package convenience init(copying bytes: UnsafeRawBufferPointer) throws(HostError) {
        guard bytes.count == Self.size else {
            throw HostError(
                call: "copy",
                code: .invalidArgument,
                object: "a data encryption key",
                note: "it has \(bytes.count) bytes instead of \(Self.size)"
            )
        }
        try self.init { (memory) in memory.copyMemory(from: bytes) }
    }

    /// Lets `fill` write a key's ``size`` bytes.
    init(_ fill: (UnsafeMutableRawBufferPointer) throws(HostError) -> Void) throws(HostError) {
        let object = "memory for a key"
        let page = sysconf(Int32(_SC_PAGESIZE))
        let start = mmap(nil, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let start, start != MAP_FAILED else {
            throw HostError(call: "mmap", code: .noMemory, object: object)
        }
        self.memory = UnsafeMutableRawBufferPointer(start: start, count: page)
        do throws(HostError) {
            try systemCall("mlock", object) { mlock(start, page) }
            try systemCall("madvise(MADV_DONTDUMP)", object) { madvise(start, page, MADV_DONTDUMP) }
            try systemCall("madvise(MADV_DONTFORK)", object) { madvise(start, page, MADV_DONTFORK) }
            self.exposure = nil
        } catch {
            self.exposure = error
        }
        // From here on the memory is given back by `deinit`, also when `fill` throws.
        try fill(UnsafeMutableRawBufferPointer(rebasing: self.memory[..<Self.size]))
    }

    deinit {
        guard let start = self.memory.baseAddress else { return }
        explicit_bzero(start, self.memory.count)
        // Unmapping unlocks; it fails for addresses that are none only.
        _ = munmap(start, self.memory.count)
    }

    /// Lends the key's bytes, which are not to be copied.
    @discardableResult
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        return try body(UnsafeRawBufferPointer(rebasing: self.memory[..<Self.size]))
    }
}

extension DataEncryptionKey: Hashable {
    /// Whether they are the same key; takes as long wherever they differ.
    package static func == (one: DataEncryptionKey, other: DataEncryptionKey) -> Bool {
        one.withBytes { one in
            other.withBytes { other in zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0 }
        }
    }

    /// Puts nothing in: a digest of a key has no business in a table.
    package func hash(into hasher: inout Hasher) {}
}

extension DataEncryptionKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<data encryption key>" }
    package var debugDescription: String { "<data encryption key>" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
