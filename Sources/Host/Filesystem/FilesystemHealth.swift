// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import SystemPackage

/// What a mounted filesystem says of errors that it has met, without reading from it.
package enum FilesystemHealth {
    /// What is wrong, in words; `nil` if nothing is.
    ///
    /// - Parameters:
    ///   - mount: how it is mounted.
    ///   - device: the device below.
    ///   - isReadOnly: whether it was mounted to be read only.
    ///   - sysfs: where sysfs is mounted.
    package static func trouble(
        of mount: MountEntry,
        on device: FilePath,
        isReadOnly: Bool,
        sysfs: FilePath = "/sys"
    ) -> String? {
        // ext4 says so since Linux 6.15, and keeps "rw" then.
        for word in ["shutdown", "emergency_ro"] where mount.superOptions.contains(word) {
            return word == "shutdown"
                ? "the filesystem has shut itself down after an error"
                : "the filesystem went read-only after an error"
        }
        if !isReadOnly, mount.superOptions.contains("ro") { return "the filesystem went read-only after an error" }
        return self.errors(of: mount.type, on: device, sysfs: sysfs)
    }

    /// The errors that ext4 counts in its superblock until e2fsck clears them. See: Documentation/ABI/testing/sysfs-fs-ext4.
    private static func errors(of type: String, on device: FilePath, sysfs: FilePath) -> String? {
        guard type == "ext4", let name = device.lastComponent?.string else { return nil }
        let directory = sysfs.appending("fs").appending("ext4").appending(name)
        guard let text = HostFile.line(directory.appending("errors_count")), let count = UInt64(text), count > 0 else {
            return nil
        }
        let place = HostFile.line(directory.appending("last_error_func")).map { ", the last in \($0)" } ?? ""
        return "the filesystem has met \(count) error\(count == 1 ? "" : "s")\(place); it is checked when the volume is"
            + " staged again"
    }
}
