// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

/// A Unix socket's file.
package enum UnixSocket {
    /// What is at a socket's path.
    package enum State: Sendable, Hashable {
        case missing
        /// A socket that nobody listens on: its process was killed.
        case stale
        case served
        case notASocket
    }

    /// What goes over a socket.
    enum Kind {
        case bytes
        /// Messages that are kept apart.
        case messages

        fileprivate var number: CInt { self == .bytes ? LOCKER_UNIX_STREAM : LOCKER_UNIX_MESSAGES }
    }

    /// Looks whether somebody listens.
    ///
    /// - Throws: ``HostError``.
    package static func state(of path: FilePath) throws(HostError) -> State { try self.state(of: path, .bytes) }

    /// The same of any kind.
    static func state(of path: FilePath, _ kind: Kind) throws(HostError) -> State {
        var status = stat()
        do throws(HostError) {
            try systemCall("lstat", "\(path)") { lstat(path.string, &status) }
        } catch  where error.code == .noSuchFileOrDirectory {
            return .missing
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { return .notASocket }
        do throws(HostError) {
            let socket = try systemCall("socket", "\(path)") { locker_unix_connect(path.string, kind.number, 0) }
            if socket == -2 { return .stale }
            _ = close(socket)
            return .served
        } catch  where error.code == .noSuchFileOrDirectory {
            // Removed in between, by the process that makes it anew.
            return .missing
        }
    }

    /// Makes a socket that only its owner can connect to.
    ///
    /// - Returns: its descriptor, listening, which is the caller's to close.
    /// - Throws: ``HostError``: `EADDRINUSE` if the path is taken, `ENOENT` without its directory.
    package static func listen(at path: FilePath) throws(HostError) -> CInt { try self.listen(at: path, .bytes) }

    /// The same of any kind.
    static func listen(at path: FilePath, _ kind: Kind) throws(HostError) -> CInt {
        try systemCall("bind, listen", "\(path)") { locker_unix_listen(path.string, kind.number) }
    }

    /// Removes the socket's file; one that is not there is not an error.
    ///
    /// - Throws: ``HostError``.
    package static func remove(_ path: FilePath) throws(HostError) {
        do throws(HostError) {
            try systemCall("unlink", "\(path)") { unlink(path.string) }
        } catch  where error.code == .noSuchFileOrDirectory {
            return
        }
    }
}
