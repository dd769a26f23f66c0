// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

/// A block device of this machine.
package struct BlockDevice: Sendable, Hashable {
    /// A device's numbers, as `mountinfo` and /sys write them.
    package struct Number: Sendable, Hashable, CustomStringConvertible {
        package let major: UInt32
        package let minor: UInt32

        package var description: String { "\(self.major):\(self.minor)" }
    }

    /// Where its file is: `/dev/loop3`.
    package let path: FilePath

    /// The device of this file.
    package init(_ path: FilePath) {
        self.path = path
    }

    /// Its numbers.
    ///
    /// - Throws: ``HostError``: `ENOENT` without such a file, `ENOTBLK` if it is no block device.
    package func number() throws(HostError) -> Number {
        var status = stat()
        try systemCall("stat", "\(self.path)") { stat(self.path.string, &status) }
        guard status.st_mode & S_IFMT == S_IFBLK else {
            throw HostError(call: "stat", code: Errno(rawValue: ENOTBLK), object: "\(self.path)")
        }
        return Number(major: locker_major(status.st_rdev), minor: locker_minor(status.st_rdev))
    }

    /// Its size in bytes.
    ///
    /// - Throws: ``HostError``: `ENXIO` for a device without a medium.
    package func size() throws(HostError) -> UInt64 {
        var bytes: UInt64 = 0
        try self.withFile { (file) throws(HostError) in
            try systemCall("ioctl(BLKGETSIZE64)", "\(self.path)") { locker_block_size(file, &bytes) }
        }
        return bytes
    }

    /// Writes back and drops what the kernel caches of it.
    ///
    /// - Throws: ``HostError``.
    package func flush() throws(HostError) {
        try self.withFile { (file) throws(HostError) in
            try systemCall("fsync", "\(self.path)") { fsync(file) }
            try systemCall("ioctl(BLKFLSBUF)", "\(self.path)") { locker_block_flush(file) }
        }
    }

    /// Reads its first 4096 bytes from the device itself, to know whether it still works; blocks as long as it takes,
    /// with a cluster that is silent for ever.
    ///
    /// - Throws: ``HostError`` with what the device failed with: `EIO`, `ESHUTDOWN`.
    package func readBeginning() throws(HostError) {
        try systemCall("pread", "\(self.path)") { locker_read_beginning(self.path.string) }
    }

    /// Reads its first bytes, as the kernel caches them.
    ///
    /// - Returns: fewer than `count` bytes where it ends.
    /// - Throws: ``HostError``.
    package func read(count: Int) throws(HostError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: count)
        try self.withFile { (file) throws(HostError) in
            while bytes.count < count {
                let part = try systemCall("pread", "\(self.path)") {
                    pread(file, &buffer, count - bytes.count, off_t(bytes.count))
                }
                guard part > 0 else { return }
                bytes += buffer[..<part]
            }
        }
        return bytes
    }

    /// The device that is shown at a path: a device file, or a bind mount of one; `nil` if it is something else.
    package static func number(at path: FilePath) -> Number? {
        try? BlockDevice(path).number()
    }

    private func withFile(_ body: (CInt) throws(HostError) -> Void) throws(HostError) {
        let file = try systemCall("open", "\(self.path)") {
            locker_openat(AT_FDCWD, self.path.string, O_RDONLY | O_CLOEXEC, 0)
        }
        defer { _ = close(file) }
        try body(file)
    }
}
