// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

/// A loop device: a file shown as a block device.
///
/// See: man 4 loop. All calls block.
package struct LoopDevice: Sendable, Hashable {
    /// The N of `/dev/loopN`.
    package let number: Int

    /// The device of this number.
    package init(number: Int) {
        self.number = number
    }

    /// Its device file.
    package var path: FilePath { FilePath("/dev/loop\(self.number)") }

    /// Its directory in sysfs.
    var sysfs: FilePath { FilePath("/sys/block/loop\(self.number)") }

    /// The file it shows, as the kernel writes the path; `nil` if it shows none. A path on a mount that was detached
    /// begins at that mount.
    package var backingFile: FilePath? {
        HostFile.line(self.sysfs.appending("loop").appending("backing_file")).map { FilePath($0) }
    }

    /// Whether it shows a file.
    package var isAttached: Bool { self.backingFile != nil }

    /// The loop devices that show a file, whoever made them.
    package static func attached() -> [LoopDevice] {
        HostFile.names(in: "/sys/block")
            .compactMap { $0.hasPrefix("loop") ? Int($0.dropFirst(4)) : nil }
            .map(LoopDevice.init(number:))
            .filter(\.isAttached)
    }

    /// Shows a file through a free loop device, with direct I/O.
    ///
    /// Sectors are 512 bytes, as kernel rbd's are: a filesystem that was made on larger ones could be mounted here,
    /// but one made on 512 could not be mounted on larger ones, and volumes move between nodes and mappers.
    ///
    /// - Parameters:
    ///   - file: what to show.
    ///   - readOnly: whether the device refuses writes.
    ///   - label: what `losetup --list` calls it if it cannot find the file; cut to 63 bytes.
    /// - Throws: ``HostError``: `ENOENT` without /dev/loop-control or a free device's file, `EBUSY` or `ENXIO` if others
    ///   were faster to take or to remove the free device, time after time.
    package static func attach(
        _ file: FilePath,
        readOnly: Bool,
        label: String
    ) throws(HostError) -> LoopDevice {
        let backing = try OpenFile(file, readOnly ? O_RDONLY : O_RDWR)
        let control = try OpenFile("/dev/loop-control", O_RDWR)
        var attempts = 0
        while true {
            let free = try systemCall("ioctl(LOOP_CTL_GET_FREE)", "/dev/loop-control") {
                locker_loop_free(control.descriptor)
            }
            let device = LoopDevice(number: Int(free))
            if device.isWithoutDiscards, attempts < 64 {
                attempts += 1
                // The next device of this number is a new one. One that somebody looks at stays, and serves all the same.
                if locker_loop_remove(control.descriptor, free) == 0 { continue }
            }
            do throws(HostError) {
                try device.configure(backing, readOnly: readOnly, label: label)
                return device
            } catch  where Self.takenMeanwhile.contains(error.code) && attempts < 64 {
                attempts += 1
            }
        }
    }

    // What is seen of a free device that another process took, or had the kernel forget, before it was opened here.
    private static let takenMeanwhile: Set<Errno> = [.resourceBusy, .noSuchAddressOrDevice, .noSuchFileOrDirectory]

    /// Whether its last user had it take no discards (``tuneQueue(readAhead:discards:)``): it remembers that whatever file
    /// it shows next, and Linux 6.18 does not let it be told otherwise.
    private var isWithoutDiscards: Bool {
        let queue = self.sysfs.appending("queue")
        guard let most = HostFile.line(queue.appending("discard_max_hw_bytes")), most != "0" else { return false }
        return HostFile.line(queue.appending("discard_max_bytes")) == "0"
    }

    private func configure(_ backing: borrowing OpenFile, readOnly: Bool, label: String) throws(HostError) {
        let device = try OpenFile(self.path, readOnly ? O_RDONLY : O_RDWR)
        let flags = LOCKER_LOOP_DIRECT_IO | (readOnly ? LOCKER_LOOP_READ_ONLY : 0)
        try systemCall("ioctl(LOOP_CONFIGURE)", "\(self.path)") {
            locker_loop_configure(device.descriptor, backing.descriptor, 512, flags, label)
        }
        let actual = try systemCall("ioctl(LOOP_GET_STATUS64)", "\(self.path)") {
            locker_loop_flags(device.descriptor)
        }
        guard UInt32(bitPattern: actual) & LOCKER_LOOP_DIRECT_IO != 0 else {
            // The kernel falls back to the page cache in silence, where a flush would mean something else.
            _ = locker_loop_clear(device.descriptor)
            throw HostError(
                call: "ioctl(LOOP_CONFIGURE)",
                code: .notSupported,
                object: "\(self.path)",
                note: "the kernel refused direct I/O"
            )
        }
    }

    /// Makes the device as large as its file has become.
    ///
    /// - Throws: ``HostError``: `ENXIO` if it shows no file.
    package func followSize() throws(HostError) {
        // A look at the file through its path would do for the kernel to learn its size; where the path is out of
        // sight LOOP_SET_CAPACITY asks itself (Linux 6.17) or keeps the size it knows.
        if let backingFile {
            var status = stat()
            _ = stat(backingFile.string, &status)
        }
        let device = try OpenFile(self.path, O_RDONLY)
        try systemCall("ioctl(LOOP_SET_CAPACITY)", "\(self.path)") { locker_loop_resize(device.descriptor) }
    }
}
