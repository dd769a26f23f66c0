// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import SystemPackage

/// The settings of a block device's queue.
///
/// See: Documentation/ABI/stable/sysfs-block.
struct BlockQueue {
    private let folder: FilePath

    /// The queue of the device with this folder in /sys/block.
    init(sysfs: FilePath) {
        self.folder = sysfs.appending("queue")
    }

    /// Sets one after the other; what this kernel does not have is left out.
    ///
    /// - Throws: ``HostError`` for a setting that the kernel refuses.
    func set(_ settings: [(name: String, value: String)]) throws(HostError) {
        for (name, value) in settings {
            do throws(HostError) {
                try HostFile.write(value, to: self.folder.appending(name))
            } catch  where error.code == .noSuchFileOrDirectory {
                continue
            }
        }
    }
}
