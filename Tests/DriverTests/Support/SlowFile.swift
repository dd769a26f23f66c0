// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import SystemPackage

/// A file whose writes go to the device one by one, for tests of how fast that is.
enum SlowFile {
    private static let writes = 30

    /// How long some small writes take, without the page cache.
    static func time(_ path: FilePath) throws -> Duration {
        // O_DIRECT has another value on each architecture, and the module Glibc lacks it.
        #if arch(arm64)
            let direct: CInt = 0o200000
        #else
            let direct: CInt = 0o40000
        #endif
        let flags = O_WRONLY | O_CREAT | direct | O_CLOEXEC
        let file = FileDescriptor(rawValue: open(path.string, flags, 0o600))
        guard file.rawValue >= 0 else { throw Errno(rawValue: errno) }
        return try file.closeAfter {
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 4096)
            defer { buffer.deallocate() }
            buffer.initializeMemory(as: UInt8.self, repeating: 7)
            return try ContinuousClock().measure {
                for index in 0..<Self.writes {
                    _ = try file.writeAll(toAbsoluteOffset: Int64(index) * 4096, UnsafeRawBufferPointer(buffer))
                }
            }
        }
    }
}
