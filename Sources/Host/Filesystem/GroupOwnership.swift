// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

/// Gives a mounted volume to a pod's group: what kubelet's fsGroup does, done by the driver (VOLUME_MOUNT_GROUP).
package enum GroupOwnership {
    /// Makes every file on the volume the group's, readable and writable by it, and every directory set-group-id, so
    /// that new files are the group's as well. A root that is as it should be is taken to say that all below is.
    ///
    /// The root is changed last, so that a walk cut short is done again.
    ///
    /// - Throws: ``HostError``.
    package static func apply(group: UInt32, to root: FilePath) throws(HostError) {
        var status = stat()
        try systemCall("lstat", "\(root)") { lstat(root.string, &status) }
        if status.st_gid == group, status.st_mode & (S_ISGID | 0o070) == S_ISGID | 0o070 { return }
        try Self.walk(root, group: group, device: status.st_dev)
        try Self.change(root, status, group: group)
    }

    private static func walk(_ directory: FilePath, group: UInt32, device: dev_t) throws(HostError) {
        for name in try HostFile.list(directory) {
            let path = directory.appending(name)
            var status = stat()
            do throws(HostError) {
                try systemCall("lstat", "\(path)") { lstat(path.string, &status) }
            } catch  where error.code == .noSuchFileOrDirectory {
                continue
            }
            guard status.st_dev == device else { continue }
            if status.st_mode & S_IFMT == S_IFDIR { try Self.walk(path, group: group, device: device) }
            try Self.change(path, status, group: group)
        }
    }

    private static func change(_ path: FilePath, _ status: stat, group: UInt32) throws(HostError) {
        try systemCall("lchown", "\(path)") { lchown(path.string, uid_t.max, group) }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFDIR || kind == S_IFREG else { return }
        let extra: mode_t = kind == S_IFDIR ? S_ISGID | 0o070 : 0o060
        let mode = (status.st_mode & 0o7777) | extra
        // A regular file or directory of this very device: lchown would have refused a path that is gone.
        try systemCall("chmod", "\(path)") { chmod(path.string, mode) }
    }
}
