// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

/// What a mounted filesystem holds, as `df` shows it.
package struct FilesystemUsage: Sendable, Hashable {
    /// Bytes in all, in use, and free for those who are not root.
    package let totalBytes: Int64
    package let usedBytes: Int64
    package let availableBytes: Int64
    /// The same for files. XFS makes inodes as it needs them, so its total moves.
    package let totalInodes: Int64
    package let usedInodes: Int64
    package let availableInodes: Int64

    /// Looks; blocks as long as the filesystem does, which with a dead cluster below may be for ever.
    ///
    /// - Throws: ``HostError``; `EIO` from a filesystem that has shut itself down, which XFS does after an error.
    package init(of path: FilePath, below root: TrustedRoot = .filesystem) throws(HostError) {
        let place = try root.open(path, LOCKER_O_PATH)
        var status = statvfs()
        try systemCall("statvfs", "\(path)") { locker_usage(place.descriptor, &status) }
        // The numbers are there whatever the state; opening the directory tells.
        if try MountTarget.Kind(mode: place.status().st_mode) == .directory {
            _ = try place.open(".", O_RDONLY | O_DIRECTORY)
        }
        let unit = Int64(status.f_frsize)
        self.totalBytes = Int64(status.f_blocks) * unit
        self.usedBytes = Int64(status.f_blocks - status.f_bfree) * unit
        self.availableBytes = Int64(status.f_bavail) * unit
        self.totalInodes = Int64(status.f_files)
        self.usedInodes = Int64(status.f_files - status.f_ffree)
        self.availableInodes = Int64(status.f_favail)
    }
}
