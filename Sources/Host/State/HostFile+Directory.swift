// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

extension HostFile {
    /// Makes a directory of this program's own, and those above it, if it is not there; links on the way are the
    /// administrator's and followed.
    ///
    /// - Throws: ``HostError``: `EEXIST` if it is something else.
    package static func makeDirectory(_ path: FilePath, mode: UInt32) throws(HostError) {
        var status = stat()
        if stat(path.string, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        let parent = path.removingLastComponent()
        if parent != path, !parent.isEmpty { try Self.makeDirectory(parent, mode: mode) }
        do throws(HostError) {
            try systemCall("mkdir", "\(path)") { mkdir(path.string, mode) }
        } catch  where error.code == .fileExists {
            guard stat(path.string, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { throw error }
        }
    }
}
