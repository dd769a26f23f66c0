// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

/// A file that one process at a time has locked, whatever happens to the process.
///
/// The kernel lets go of the lock when the process ends, so it tells a live owner from a dead one. See: man 2 flock.
package final class FileLock: Sendable {
    private let file: CInt

    /// Makes the file if need be and locks it.
    ///
    /// - Throws: ``HostError`` with `EWOULDBLOCK` if another process has it locked.
    package init(_ path: FilePath) throws(HostError) {
        let file = try systemCall("open", "\(path)") {
            locker_openat(AT_FDCWD, path.string, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        }
        do throws(HostError) {
            try systemCall("flock", "\(path)") { flock(file, LOCK_EX | LOCK_NB) }
        } catch {
            _ = Glibc.close(file)
            throw error
        }
        self.file = file
    }

    /// Writes something about the owner into the file, in place of what was there.
    ///
    /// - Throws: ``HostError``.
    package func note(_ text: String) throws(HostError) {
        let bytes = Array(text.utf8)
        try systemCall("ftruncate", "a lock file") { ftruncate(self.file, 0) }
        try systemCall("pwrite", "a lock file") { pwrite(self.file, bytes, bytes.count, 0) }
    }

    deinit {
        _ = Glibc.close(self.file)
    }
}
