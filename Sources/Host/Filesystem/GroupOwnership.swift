// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

/// Gives a mounted volume to a pod's group: what kubelet's fsGroup does, done by the driver (VOLUME_MOUNT_GROUP).
///
/// A student decides what is on the volume, links and depth included, and may change it meanwhile: every directory is
/// opened from the volume's root on without following links or leaving the filesystem, and only what is held is changed.
package struct GroupOwnership: ~Copyable {
    private let root: HeldPath
    private let group: UInt32

    /// Makes every file on the volume the group's, readable and writable by it, and every directory set-group-id, so
    /// that new files are the group's as well. A root that is as it should be is taken to say that all below is.
    ///
    /// The root is changed last, so that a walk cut short is done again.
    ///
    /// - Parameter trusted: what `path` is below.
    /// - Throws: ``HostError``.
    package static func apply(
        group: UInt32,
        to path: FilePath,
        below trusted: TrustedRoot = .filesystem
    ) throws(HostError) {
        let walk = GroupOwnership(root: try trusted.open(path, O_RDONLY | O_DIRECTORY), group: group)
        let status = try walk.root.status()
        if status.st_gid == group, status.st_mode & (S_ISGID | 0o070) == S_ISGID | 0o070 { return }
        try walk.walk(device: status.st_dev)
        try walk.change(walk.root, status)
    }

    /// By names from the root on, and so with two descriptors however deep it goes.
    private func walk(device: dev_t) throws(HostError) {
        var waiting: [FilePath] = ["."]
        while let place = waiting.popLast() {
            let directory: HeldPath
            do throws(HostError) {
                directory = try self.root.open(place.string, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
            } catch  where Self.isGone(error) {
                continue
            }
            for name in try HostFile.list(directory) {
                do throws(HostError) {
                    let found = try directory.open(name, LOCKER_O_PATH | O_NOFOLLOW)
                    let status = try found.status()
                    guard status.st_dev == device else { continue }
                    if status.st_mode & S_IFMT == S_IFDIR { waiting.append(place.appending(name)) }
                    try self.change(found, status)
                } catch  where Self.isGone(error) {
                    continue
                }
            }
        }
    }

    /// What was removed, or made something else, since its name was read.
    private static func isGone(_ error: HostError) -> Bool {
        [.noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels].contains(error.code)
    }

    private func change(_ file: borrowing HeldPath, _ status: stat) throws(HostError) {
        let descriptor = file.descriptor
        let group = self.group
        try systemCall("fchownat", "\(file.path)") { locker_change_group(descriptor, group) }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFDIR || kind == S_IFREG else { return }
        let extra: mode_t = kind == S_IFDIR ? S_ISGID | 0o070 : 0o060
        let mode = (status.st_mode & 0o7777) | extra
        // fchmod(2) takes no O_PATH descriptor; its magic link leads to this very file.
        let link = file.magicLink.string
        try systemCall("chmod", "\(file.path)") { chmod(link, mode) }
    }
}
