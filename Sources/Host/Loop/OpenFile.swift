// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

/// An open file, closed when it goes.
struct OpenFile: ~Copyable {
    let descriptor: CInt

    /// Opens a path.
    ///
    /// - Parameter flags: those of open(2); `O_CLOEXEC` is added.
    init(_ path: FilePath, _ flags: CInt) throws(HostError) {
        self.descriptor = try systemCall("open", "\(path)") {
            locker_openat(AT_FDCWD, path.string, flags | O_CLOEXEC, 0)
        }
    }

    /// Takes over a descriptor that nothing else closes.
    init(owning descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit {
        // Nothing is written through these without a call that reports its own failure.
        _ = Glibc.close(self.descriptor)
    }
}
