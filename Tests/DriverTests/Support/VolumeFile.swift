// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Glibc
internal import SystemPackage

/// A student's work: a file of random bytes, written and synced.
struct VolumeFile: Sendable {
    /// What is in it.
    let bytes: [UInt8]

    /// Writes a file into a volume that is mounted, or to the beginning of a raw device, and waits until it is durable.
    init(writingTo path: FilePath, count: Int = 1 << 20) throws {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        while bytes.count < count { withUnsafeBytes(of: generator.next()) { bytes += $0 } }
        self.bytes = bytes
        let file = try FileDescriptor.open(path, .writeOnly, options: [.create], permissions: .ownerReadWrite)
        try file.closeAfter {
            try file.writeAll(bytes)
            guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: Glibc.errno) }
        }
    }

    /// Takes a file as it is now.
    init(readingFrom path: FilePath) throws {
        self.bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path.string)))
    }

    /// Whether a file, or the beginning of a raw device, has the same bytes.
    func isWhole(at path: FilePath) throws -> Bool {
        let file = try FileDescriptor.open(path, .readOnly)
        return try file.closeAfter {
            var found = [UInt8](repeating: 0, count: self.bytes.count)
            var done = 0
            while done < found.count {
                let read = try found.withUnsafeMutableBytes {
                    try file.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[done...]))
                }
                guard read > 0 else { return false }
                done += read
            }
            return found == self.bytes
        }
    }
}
