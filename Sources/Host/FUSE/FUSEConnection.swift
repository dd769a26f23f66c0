// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import SystemPackage

/// A connection between the kernel and a process that serves files.
package enum FUSEConnection {
    /// Ends a connection and fails every request in it, also where the process is dead but cannot go: one of its threads
    /// waits for I/O that the process itself was to do, and so keeps the connection open.
    ///
    /// - Parameters:
    ///   - number: the minor number of the filesystem's device.
    ///   - directory: one that does not exist, to mount FUSE's control files on for a moment.
    /// - Throws: ``HostError``; a connection that has ended is not an error.
    package static func abort(_ number: UInt32, at directory: FilePath) throws(HostError) {
        let root = TrustedRoot.above(directory)
        try MountTarget.makeDirectory(directory, mode: 0o700, below: root)
        try Mounts.mount("fusectl", at: directory, type: "fusectl", options: MountOptions(), below: root)
        defer {
            try? Mounts.detach(directory, below: root)
            try? MountTarget.remove(directory, below: root)
        }
        do throws(HostError) {
            try HostFile.write("1", to: directory.appending("\(number)").appending("abort"))
        } catch  where error.code == .noSuchFileOrDirectory {
            // It ended by itself with its last user.
        }
    }
}
