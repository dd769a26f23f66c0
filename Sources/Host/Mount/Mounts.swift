// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

/// The system calls that change what is mounted. Each blocks, so none is made on Swift's own threads.
package enum Mounts {
    /// Mounts a filesystem.
    ///
    /// - Throws: ``HostError``, with `EINVAL` for an option that the filesystem does not know.
    package static func mount(
        _ source: FilePath,
        at target: FilePath,
        type: String,
        options: MountOptions
    ) throws(HostError) {
        let data = options.data.joined(separator: ",")
        try systemCall("mount", "\(source) at \(target) as \(type)") {
            Glibc.mount(source.string, target.string, type, options.flags.rawValue, data.isEmpty ? nil : data)
        }
    }

    /// Shows a mounted directory, or a device file, at a second place.
    ///
    /// The flags of a bind mount are its own and take a second call, which is made before anybody can have seen the
    /// mount without them only if nobody looks at the target in between: kubelet does not.
    ///
    /// - Throws: ``HostError``; nothing is left mounted then.
    package static func bind(_ source: FilePath, at target: FilePath, flags: MountFlags) throws(HostError) {
        try systemCall("mount(MS_BIND)", "\(source) at \(target)") {
            Glibc.mount(source.string, target.string, nil, UInt(MS_BIND), nil)
        }
        guard !flags.isEmpty else { return }
        do throws(HostError) {
            try systemCall("mount(MS_REMOUNT|MS_BIND)", "\(target)") {
                let all = flags.rawValue | UInt(MS_BIND) | UInt(MS_REMOUNT)
                return Glibc.mount(nil, target.string, nil, all, nil)
            }
        } catch {
            try? Self.unmount(target)
            throw error
        }
    }

    /// Unmounts what is mounted last at `target`, without following a symbolic link there.
    ///
    /// - Throws: ``HostError``: `EBUSY` with the processes that hold it named, `EINVAL` if nothing is mounted there.
    package static func unmount(_ target: FilePath) throws(HostError) {
        do throws(HostError) {
            try systemCall("umount2", "\(target)") { umount2(target.string, CInt(UMOUNT_NOFOLLOW)) }
        } catch  where error.code == .resourceBusy {
            throw error.with(note: MountHolders.description(of: target))
        }
    }

    /// Takes a mount out of sight at once and ends it when nobody uses it any more; for what cannot answer any more.
    ///
    /// - Throws: ``HostError``.
    package static func detach(_ target: FilePath) throws(HostError) {
        try systemCall("umount2(MNT_DETACH)", "\(target)") {
            umount2(target.string, CInt(UMOUNT_NOFOLLOW) | CInt(MNT_DETACH))
        }
    }

    /// Unmounts everything at `target`, however often it was mounted.
    ///
    /// - Throws: ``HostError``; a path where nothing is mounted, or that does not exist, is not an error.
    package static func unmountAll(_ target: FilePath) throws(HostError) {
        while try MountTable.read().entry(at: target) != nil {
            do throws(HostError) {
                try Self.unmount(target)
            } catch  where error.code == .invalidArgument || error.code == .noSuchFileOrDirectory {
                // Another caller was faster; the table is read again and decides.
                continue
            }
        }
    }
}
