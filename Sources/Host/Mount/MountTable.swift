// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import SystemPackage

/// What is mounted in this process' mount namespace.
package struct MountTable: Sendable {
    /// The mounts, oldest first: where two have one mount point, the later covers the earlier.
    package let entries: [MountEntry]

    /// Reads text of the form of `/proc/self/mountinfo`.
    package init(parsing text: String) {
        self.entries = text.split(separator: "\n").compactMap(MountEntry.init(line:))
    }

    /// Reads the kernel's table; blocks no longer than reading a file of /proc does.
    ///
    /// - Throws: ``HostError`` if /proc is not there.
    package static func read() throws(HostError) -> MountTable {
        MountTable(parsing: String(decoding: try HostFile.read("/proc/self/mountinfo"), as: UTF8.self))
    }

    /// The mount that is visible at a path, if the path is a mount point.
    package func entry(at path: FilePath) -> MountEntry? {
        let path = path.lexicallyNormalized()
        return self.entries.last { $0.mountPoint == path }
    }

    /// Every mount of a device, by its numbers.
    package func entries(of device: BlockDevice.Number) -> [MountEntry] {
        self.entries.filter { $0.major == device.major && $0.minor == device.minor }
    }
}
