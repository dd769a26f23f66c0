// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
package import Locker
package import SystemPackage

/// Where a server listens: a Unix socket.
package struct SocketEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// Bytes that a socket's path may have: `sun_path` with its NUL. See: man 7 unix.
    package static let longest = 107

    /// The socket's file.
    package let path: FilePath

    /// Reads `unix:///csi/csi.sock`, `unix:/csi/csi.sock` or a bare absolute path.
    ///
    /// - Throws: ``LockerError`` with `invalidArgument`, saying what would be right.
    package init(_ text: String) throws(LockerError) {
        var path = Substring(text)
        if path.hasPrefix("unix://") {
            path = path.dropFirst("unix://".count)
        } else if path.hasPrefix("unix:") {
            path = path.dropFirst("unix:".count)
        }
        guard path.hasPrefix("/"), !path.hasSuffix("/") else {
            throw LockerError(.invalidArgument, "endpoint \"\(text)\" is not of the form unix:///path/to/csi.sock")
        }
        guard path.utf8.count <= Self.longest else {
            throw LockerError(
                .invalidArgument,
                "endpoint \"\(text)\": a socket's path has at most \(Self.longest) bytes on Linux, this one has \(path.utf8.count)"
            )
        }
        self.path = FilePath(String(path))
    }

    package var description: String { "unix://\(self.path)" }

    /// Whether somebody answers here.
    ///
    /// - Throws: `HostError` if that cannot be found out.
    var isServed: Bool {
        get throws { try UnixSocket.state(of: self.path) == .served }
    }

    /// Makes the path free for a new socket: one that nobody serves any more is removed.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition` if something else is there, or a server that answers.
    package func clear() throws {
        switch try UnixSocket.state(of: self.path) {
        case .missing: return
        case .stale: try UnixSocket.remove(self.path)
        case .served:
            throw LockerError(.failedPrecondition, "another process serves \(self); end it first")
        case .notASocket:
            throw LockerError(
                .failedPrecondition,
                "\(self.path) is there and is not a socket; Locker does not remove it"
            )
        }
    }
}
