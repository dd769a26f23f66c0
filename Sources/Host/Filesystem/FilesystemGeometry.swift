// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Dispatch
internal import Glibc
internal import SystemPackage

/// How large a filesystem is, asked of the filesystem itself and not of a tool.
///
/// xfs_info and xfs_growfs look at every mount and loop device of the machine first, so that one volume whose cluster is
/// silent would hold up all the others.
enum FilesystemGeometry {
    private static let queue = DispatchQueue(label: "locker.filesystems", attributes: .concurrent)

    /// Runs calls that block on a thread of their own.
    static func blocking<T: Sendable>(
        _ body: @escaping @Sendable () throws(HostError) -> T
    ) async throws(HostError) -> T {
        let result: Result<T, HostError> = await withCheckedContinuation { continuation in
            self.queue.async {
                let result: Result<T, HostError>
                do throws(HostError) {
                    result = .success(try body())
                } catch {
                    result = .failure(error)
                }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }

    /// Whether a mounted XFS is smaller than its device by at least the smallest allocation group that it would use.
    static func canGrowXFS(
        at mountPoint: FilePath,
        below root: TrustedRoot,
        deviceSize: UInt64
    ) throws(HostError) -> Bool {
        try self.withXFS(at: mountPoint, below: root) { (_, xfs) in
            // A last allocation group under 64 blocks is left unused. See: XFS_MIN_AG_BLOCKS.
            deviceSize >= (xfs.blocks + 64) * UInt64(xfs.blockSize)
        }
    }

    /// Lets a mounted XFS fill its device.
    static func growXFS(at mountPoint: FilePath, below root: TrustedRoot, deviceSize: UInt64) throws(HostError) {
        try self.withXFS(at: mountPoint, below: root) { (directory, xfs) throws(HostError) in
            let wanted = deviceSize / UInt64(xfs.blockSize)
            guard wanted > xfs.blocks else { return }
            try systemCall("ioctl(XFS_IOC_FSGROWFSDATA)", "\(mountPoint)") {
                locker_xfs_grow(directory, wanted, xfs.inodePercent)
            }
        }
    }

    /// What a mounted XFS says of itself.
    private struct XFS {
        var blockSize: UInt32 = 0
        var blocks: UInt64 = 0
        var inodePercent: UInt32 = 0
    }

    private static func withXFS<Value>(
        at mountPoint: FilePath,
        below root: TrustedRoot,
        _ body: (_ directory: CInt, _ xfs: XFS) throws(HostError) -> Value
    ) throws(HostError) -> Value {
        let held = try root.open(mountPoint, O_RDONLY | O_DIRECTORY)
        let directory = held.descriptor
        var xfs = XFS()
        try systemCall("ioctl(XFS_IOC_FSGEOMETRY_V1)", "\(mountPoint)") {
            locker_xfs_geometry(directory, &xfs.blockSize, &xfs.blocks, &xfs.inodePercent)
        }
        return try body(directory, xfs)
    }

    /// Whether an ext4 has at least one block less than its device has room for, by its superblock.
    static func canGrowExt4(on device: FilePath, deviceSize: UInt64) throws(HostError) -> Bool {
        let file = try Self.open(device, O_RDONLY)
        defer { _ = close(file) }
        var superblock = [UInt8](repeating: 0, count: 1024)
        let count = try systemCall("pread", "\(device)") { pread(file, &superblock, superblock.count, 1024) }
        // Documentation/filesystems/ext4/super.rst: the magic, the blocks' low and high half, the block size' logarithm.
        guard count == superblock.count, Self.integer(superblock, 0x38, bytes: 2) == 0xEF53 else {
            throw HostError(call: "pread", code: .invalidArgument, object: "\(device)", note: "it holds no ext4")
        }
        let low = Self.integer(superblock, 0x04, bytes: 4)
        let has64Bit = Self.integer(superblock, 0x60, bytes: 4) & 0x80 != 0
        let high = has64Bit ? Self.integer(superblock, 0x150, bytes: 4) : 0
        let size: UInt64 = 1024 << Self.integer(superblock, 0x18, bytes: 4)
        return deviceSize >= (high << 32 | low + 1) * size
    }

    private static func integer(_ bytes: [UInt8], _ offset: Int, bytes count: Int) -> UInt64 {
        bytes[offset..<(offset + count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func open(_ path: FilePath, _ flags: CInt) throws(HostError) -> CInt {
        try systemCall("open", "\(path)") { locker_openat(AT_FDCWD, path.string, flags | O_CLOEXEC, 0) }
    }
}
