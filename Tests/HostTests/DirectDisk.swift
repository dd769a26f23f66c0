// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import SystemPackage

/// A block device open for direct I/O; calls block.
///
/// `@unchecked Sendable`: nothing but the descriptor, which the kernel locks.
final class DirectDisk: @unchecked Sendable {
    // A GNU extension that the Swift importer does not see; see asm/fcntl.h.
    #if arch(arm64)
        private static let direct: CInt = 0o200000
    #else
        private static let direct: CInt = 0o40000
    #endif

    private let file: FileDescriptor

    init(_ path: FilePath, readOnly: Bool = false) throws {
        let options = FileDescriptor.OpenOptions(rawValue: Self.direct | O_CLOEXEC)
        self.file = try FileDescriptor.open(path, readOnly ? .readOnly : .readWrite, options: options)
    }

    deinit { try? self.file.close() }

    /// Writes whole sectors.
    func write(_ bytes: [UInt8], at offset: Int) throws {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 4096)
        defer { memory.deallocate() }
        memory.copyBytes(from: bytes)
        _ = try self.file.writeAll(toAbsoluteOffset: Int64(offset), UnsafeRawBufferPointer(memory))
    }

    /// Reads whole sectors.
    func read(at offset: Int, count: Int) throws -> [UInt8] {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 4096)
        defer { memory.deallocate() }
        var done = 0
        while done < count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: memory[done...])
            let read = try self.file.read(fromAbsoluteOffset: Int64(offset + done), into: rest)
            guard read > 0 else { break }
            done += read
        }
        return Array(memory[..<done])
    }

    /// Waits until what was written is durable.
    func flush() throws {
        guard fsync(self.file.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
}
