// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

/// The system calls that change what is mounted. Each blocks, so none is made on Swift's own threads.
///
/// Places are opened below a ``TrustedRoot`` and the calls made on what was opened, so that whoever changes the path
/// meanwhile changes nothing.
package enum Mounts {
    /// Mounts a filesystem.
    ///
    /// - Throws: ``HostError``, with `EINVAL` for an option that the filesystem does not know, `ELOOP` if `target` is or
    ///   leads over a symbolic link.
    package static func mount(
        _ source: FilePath,
        at target: FilePath,
        type: String,
        options: MountOptions,
        below root: TrustedRoot = .filesystem
    ) throws(HostError) {
        let data = options.data.joined(separator: ",")
        let place = try root.open(target, LOCKER_O_PATH)
        try systemCall("mount", "\(source) at \(target) as \(type)") {
            Glibc.mount(
                source.string,
                place.magicLink.string,
                type,
                options.flags.rawValue,
                data.isEmpty ? nil : data
            )
        }
    }

    /// Shows a mounted directory, or a device file, at a second place. Nobody sees it there without its flags: they are
    /// set before the mount has a place.
    ///
    /// - Parameters:
    ///   - flags: those of the new mount, instead of the first one's; none leaves them as they are there.
    ///   - device: the device that `source` must be a filesystem of, if any will not do.
    /// - Throws: ``HostError``; nothing is left mounted then. `ELOOP` for a symbolic link in either path, `ENODEV` if
    ///   `source` is not on `device`.
    package static func bind(
        _ source: FilePath,
        at target: FilePath,
        flags: MountFlags,
        of device: BlockDevice.Number? = nil,
        below root: TrustedRoot = .filesystem
    ) throws(HostError) {
        let from = try root.open(source, LOCKER_O_PATH)
        if let device {
            let found = try from.status().st_dev
            guard locker_major(found) == device.major, locker_minor(found) == device.minor else {
                throw HostError(
                    call: "open_tree",
                    code: Errno(rawValue: ENODEV),
                    object: "\(source)",
                    note: "the volume's device is not mounted there"
                )
            }
        }
        try Self.attach(from, at: try root.open(target, LOCKER_O_PATH), flags: flags)
    }

    private static func attach(
        _ source: borrowing HeldPath,
        at target: borrowing HeldPath,
        flags: MountFlags
    ) throws(HostError) {
        let (from, to) = (source.descriptor, target.descriptor)
        let name = "\(source.path) at \(target.path)"
        let mount = HeldPath(owning: try systemCall("open_tree", name) { locker_clone_mount(from) }, path: source.path)
        if !flags.isEmpty {
            let change = flags.attributes
            try systemCall("mount_setattr", name) {
                locker_change_mount(mount.descriptor, change.set, change.clear)
            }
        }
        try systemCall("move_mount", name) { locker_place_mount(mount.descriptor, to) }
    }

    // How long what only looks in passing is waited for: an indexer, or a process between fork and exec, which has what
    // its parent had open at that moment.
    private static let patience = Duration.seconds(1)

    /// Unmounts what is mounted last at `target`, without following a symbolic link there; waits a second for who uses it.
    ///
    /// - Throws: ``HostError``: `EBUSY` with the processes that hold it named, `EINVAL` if nothing is mounted there.
    package static func unmount(_ target: FilePath, below root: TrustedRoot = .filesystem) throws(HostError) {
        let entry = try root.openParent(of: target)
        let clock = ContinuousClock()
        let deadline = clock.now + Self.patience
        while true {
            do throws(HostError) {
                try systemCall("umount2", "\(target)") { umount2(entry.path.string, CInt(UMOUNT_NOFOLLOW)) }
                return
            } catch {
                guard error.code == .resourceBusy else { throw error }
                guard clock.now < deadline else { throw error.with(note: MountHolders.description(of: target)) }
                // The kernel tells nobody when the last user has gone.
                usleep(20_000)
            }
        }
    }

    /// Takes a mount out of sight at once and ends it when nobody uses it any more; for what cannot answer any more.
    ///
    /// - Throws: ``HostError``.
    package static func detach(_ target: FilePath, below root: TrustedRoot = .filesystem) throws(HostError) {
        let entry = try root.openParent(of: target)
        try systemCall("umount2(MNT_DETACH)", "\(target)") {
            umount2(entry.path.string, CInt(UMOUNT_NOFOLLOW) | CInt(MNT_DETACH))
        }
    }

    /// Unmounts everything at `target`, however often it was mounted.
    ///
    /// - Throws: ``HostError``; a path where nothing is mounted, or that does not exist, is not an error.
    package static func unmountAll(_ target: FilePath, below root: TrustedRoot = .filesystem) throws(HostError) {
        while try MountTable.read().entry(at: target) != nil {
            do throws(HostError) {
                try Self.unmount(target, below: root)
            } catch  where error.code == .invalidArgument || error.code == .noSuchFileOrDirectory {
                // Another caller was faster; the table is read again and decides.
                continue
            }
        }
    }
}
