// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

/// A file or directory that is held on to, so that nobody can put another one in its place: a descriptor, closed with
/// its owner.
///
/// What holds a mount keeps it busy, so it is let go before an unmount.
package struct HeldPath: ~Copyable {
    /// The descriptor (O_PATH unless it was opened otherwise).
    let descriptor: CInt
    /// The path it was opened by, for messages.
    let path: FilePath

    /// Takes a descriptor over.
    init(owning descriptor: CInt, path: FilePath) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { _ = close(self.descriptor) }

    /// A path to what is held, and to nothing else, for calls that take no descriptor. See: man 5 proc, /proc/PID/fd.
    package var magicLink: FilePath { FilePath("/proc/self/fd/\(self.descriptor)") }

    /// What is held.
    ///
    /// - Throws: ``HostError``: `ENOTCONN`, `EIO` for a mount whose device is dead.
    func status() throws(HostError) -> stat {
        var status = stat()
        try systemCall("fstat", "\(self.path)") { fstat(self.descriptor, &status) }
        return status
    }

    /// Whether a link is what was no directory: with O_NOFOLLOW the kernel says no more.
    private func isLink(_ name: String, after error: HostError) -> Bool {
        guard error.code == .notDirectory else { return false }
        var status = stat()
        return fstatat(self.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Opens something below without following a link.
    ///
    /// - Throws: ``HostError`` with `ELOOP` for a symbolic link on the way, or at the end unless O_PATH and O_NOFOLLOW are
    ///   among the flags, with which the link itself is held.
    func open(_ name: String, _ flags: CInt, mode: mode_t = 0) throws(HostError) -> HeldPath {
        let path = self.path.appending(name)
        do throws(HostError) {
            let file = try systemCall("openat2", "\(path)") {
                locker_open_beneath(self.descriptor, name, flags, mode)
            }
            return HeldPath(owning: file, path: path)
        } catch  where error.code == .tooManySymbolicLinkLevels || self.isLink(name, after: error) {
            throw HostError(
                call: error.call,
                code: .tooManySymbolicLinkLevels,
                object: error.object,
                note: "there is a symbolic link, and Locker follows none in what kubelet names"
            )
        }
    }
}
