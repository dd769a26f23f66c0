// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

/// The directory or file that something is mounted on.
package enum MountTarget {
    /// What is at a path now.
    package enum Kind: Sendable, Hashable {
        case missing
        case directory
        case blockDevice
        case file
        case other
    }

    /// Looks at a path without following a symbolic link in its last part; a link counts as ``Kind/other``.
    ///
    /// - Throws: ``HostError`` for anything but its absence: `ENOTCONN`, `EIO` for a mount whose device is dead.
    package static func kind(of path: FilePath) throws(HostError) -> Kind {
        var status = stat()
        do throws(HostError) {
            try systemCall("lstat", "\(path)") { lstat(path.string, &status) }
        } catch  where error.code == .noSuchFileOrDirectory {
            return .missing
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return .directory
        case S_IFBLK: return .blockDevice
        case S_IFREG: return .file
        default: return .other
        }
    }

    /// Makes the directory, and those above it, if it is not there.
    ///
    /// - Throws: ``HostError``: `ENOTDIR` if the path is something else, a symbolic link included.
    package static func makeDirectory(_ path: FilePath, mode: UInt32 = 0o750) throws(HostError) {
        switch try Self.kind(of: path) {
        case .directory: return
        case .missing: break
        default: throw HostError(call: "mkdir", code: .notDirectory, object: "\(path)")
        }
        var parent = path
        if parent.removeLastComponent(), !parent.isEmpty, parent.lastComponent != nil {
            var status = stat()
            if stat(parent.string, &status) != 0 { try Self.makeDirectory(parent, mode: mode) }
        }
        do throws(HostError) {
            try systemCall("mkdir", "\(path)") { mkdir(path.string, mode) }
        } catch  where error.code == .fileExists {
            return
        }
    }

    /// Makes the empty file that a raw block volume's device is shown on, if it is not there.
    ///
    /// - Throws: ``HostError``: `EEXIST` if the path is something else.
    package static func makeFile(_ path: FilePath) throws(HostError) {
        try Self.makeDirectory(path.removingLastComponent())
        switch try Self.kind(of: path) {
        case .file, .blockDevice: return
        case .missing: break
        default: throw HostError(call: "open(O_CREAT)", code: .fileExists, object: "\(path)")
        }
        let file = try systemCall("open(O_CREAT)", "\(path)") {
            locker_openat(AT_FDCWD, path.string, O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o640)
        }
        _ = close(file)
    }

    /// Removes the directory or file that was mounted on, once nothing is mounted there. Never more than an empty
    /// directory or an empty file: what somebody wrote beneath a mount stays.
    ///
    /// - Throws: ``HostError``: `ENOTEMPTY`, `EBUSY`.
    package static func remove(_ path: FilePath) throws(HostError) {
        do throws(HostError) {
            switch try Self.kind(of: path) {
            case .missing: return
            case .directory:
                try systemCall("rmdir", "\(path)") { rmdir(path.string) }
            case .file:
                var status = stat()
                try systemCall("lstat", "\(path)") { lstat(path.string, &status) }
                guard status.st_size == 0 else {
                    throw HostError(call: "unlink", code: .directoryNotEmpty, object: "\(path)", note: "it has content")
                }
                try systemCall("unlink", "\(path)") { unlink(path.string) }
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
