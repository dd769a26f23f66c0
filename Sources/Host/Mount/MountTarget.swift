// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

/// The directory or file that something is mounted on: kubelet names it, and a pod may have been there before.
package enum MountTarget {
    /// What is at a path now.
    package enum Kind: Sendable, Hashable {
        case missing
        case directory
        case blockDevice
        case file
        case other

        /// What `st_mode` says.
        init(mode: mode_t) {
            switch mode & S_IFMT {
            case S_IFDIR: self = .directory
            case S_IFBLK: self = .blockDevice
            case S_IFREG: self = .file
            default: self = .other
            }
        }
    }

    /// Looks at a path; a symbolic link counts as ``Kind/other``.
    ///
    /// - Throws: ``HostError`` for anything but its absence: `ELOOP` for a link on the way, `ENOTCONN`, `EIO` for a mount
    ///   whose device is dead.
    package static func kind(of path: FilePath, below root: TrustedRoot = .filesystem) throws(HostError) -> Kind {
        do throws(HostError) {
            return Kind(mode: try root.open(path).status().st_mode)
        } catch  where error.code == .noSuchFileOrDirectory {
            return .missing
        }
    }

    /// Makes the directory, and those above it, if it is not there.
    ///
    /// - Throws: ``HostError``: `ENOTDIR` if something else is in the way, `ELOOP` if that is a symbolic link.
    package static func makeDirectory(
        _ path: FilePath,
        mode: UInt32 = 0o750,
        below root: TrustedRoot = .filesystem
    ) throws(HostError) {
        _ = try root.makeDirectory(path, mode: mode)
    }

    /// Makes the empty file that a raw block volume's device is shown on, if it is not there.
    ///
    /// - Throws: ``HostError``: `EEXIST` if the path is something else.
    package static func makeFile(_ path: FilePath, below root: TrustedRoot = .filesystem) throws(HostError) {
        let directory = try root.makeDirectory(path.removingLastComponent(), mode: 0o750)
        guard let name = path.lastComponent?.string else {
            throw HostError(call: "openat2", code: .invalidArgument, object: "\(path)")
        }
        do throws(HostError) {
            _ = try directory.open(name, O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o640)
        } catch  where error.code == .fileExists {
            let kind = Kind(mode: try directory.open(name, LOCKER_O_PATH | O_NOFOLLOW).status().st_mode)
            guard kind == .file || kind == .blockDevice else { throw error }
        }
    }

    /// Removes the directory or file that was mounted on, once nothing is mounted there. Never more than an empty
    /// directory or an empty file: what somebody wrote beneath a mount stays.
    ///
    /// - Throws: ``HostError``: `ENOTEMPTY`, `EBUSY`, `ELOOP` for a link on the way.
    package static func remove(_ path: FilePath, below root: TrustedRoot = .filesystem) throws(HostError) {
        do throws(HostError) {
            let entry = try root.openParent(of: path)
            let parent = entry.directory.descriptor
            let name = entry.name
            var status = stat()
            try systemCall("fstatat", "\(path)") { fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) }
            switch Kind(mode: status.st_mode) {
            case .missing: return
            case .directory:
                try systemCall("rmdir", "\(path)") { unlinkat(parent, name, AT_REMOVEDIR) }
            case .file:
                guard status.st_size == 0 else {
                    throw HostError(call: "unlink", code: .directoryNotEmpty, object: "\(path)", note: "it has content")
                }
                try systemCall("unlink", "\(path)") { unlinkat(parent, name, 0) }
            case .blockDevice, .other:
                throw HostError(
                    call: "unlink",
                    code: .invalidArgument,
                    object: "\(path)",
                    note: "not Locker's to remove"
                )
            }
        } catch  where error.code == .noSuchFileOrDirectory {
            return
        }
    }
}
