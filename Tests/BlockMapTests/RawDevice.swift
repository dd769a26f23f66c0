// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Glibc
internal import Rados
internal import SystemPackage

/// A block device open for direct I/O, each call on a thread that may block.
///
/// `@unchecked Sendable`: nothing but the descriptor, which the kernel locks.
final class RawDevice: @unchecked Sendable {
    // A GNU extension that the Swift importer does not see; see asm/fcntl.h.
    #if arch(arm64)
        private static let direct: CInt = 0o200000
    #else
        private static let direct: CInt = 0o40000
    #endif

    private let file: FileDescriptor
    private let threads: BlockingPool

    init(_ path: FilePath, readOnly: Bool, threads: BlockingPool) throws {
        let direct = FileDescriptor.OpenOptions(rawValue: Self.direct | O_CLOEXEC)
        self.file = try FileDescriptor.open(path, readOnly ? .readOnly : .readWrite, options: direct)
        self.threads = threads
    }

    /// Writes whole sectors.
    func write(_ bytes: [UInt8], at offset: Int64) async throws {
        try await self.threads.run {
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 4096)
            defer { memory.deallocate() }
            memory.copyBytes(from: bytes)
            _ = try self.file.writeAll(toAbsoluteOffset: offset, UnsafeRawBufferPointer(memory))
        }
    }

    /// Reads whole sectors.
    func read(at offset: Int64, count: Int) async throws -> [UInt8] {
        try await self.threads.run {
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 4096)
            defer { memory.deallocate() }
            var done = 0
            while done < count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: memory[done...])
                let read = try self.file.read(fromAbsoluteOffset: offset + Int64(done), into: rest)
                guard read > 0 else { break }
                done += read
            }
            return Array(memory[..<done])
        }
    }

    /// Waits until what was written is durable.
    func flush() async throws {
        try await self.threads.run {
            guard fsync(self.file.rawValue) == 0 else { throw Errno(rawValue: Glibc.errno) }
        }
    }

    func close() throws {
        try self.file.close()
    }
}
