// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

/// A device of the kernel's ublk, served by a process of this machine through io_uring.
///
/// It is the kernel's: it outlives the process that serves it, and its I/O waits for the next. All calls block. See:
/// Documentation/block/ublk.rst in the kernel, and drivers/block/ublk_drv.c for when a command is refused.
package struct UblkDevice: Sendable, Hashable {
    /// The N of `/dev/ublkbN`.
    package let number: UInt32

    /// The device of this number.
    package init(number: UInt32) {
        self.number = number
    }

    /// Its device file.
    package var path: FilePath { FilePath("/dev/ublkb\(self.number)") }

    /// Its directory in sysfs.
    package var sysfs: FilePath { FilePath("/sys/block/ublkb\(self.number)") }

    /// The file that its server has open.
    var serverPath: FilePath { FilePath("/dev/ublkc\(self.number)") }

    /// Whether the kernel has a ublk that devices can be made with, and lets this process use it.
    package static func isAvailable() -> Bool {
        guard let features = try? UblkFeatures.ofKernel() else { return false }
        return features.isSuperset(of: .needed)
    }

    /// What the kernel tells of a device.
    package struct Status: Sendable, Hashable {
        /// The number it was given as a name; zero, or anything, for devices of other programs.
        package let identity: UInt64
        /// Whether there is a block device: not yet before its server is ready, and no more once it was stopped.
        package let hasDisk: Bool
        /// Whether its server is dead, as the kernel has noticed, and I/O waits for another.
        package let isQuiesced: Bool
        /// Whether another server can take it over.
        package let isRecoverable: Bool
    }

    /// What the kernel tells of it; `nil` if there is no such device.
    package var status: Status? {
        guard let control = try? UblkControl() else { return nil }
        return self.status(control)
    }

    /// Bytes; zero without a block device.
    package var size: UInt64 {
        (HostFile.line(self.sysfs.appending("size")).flatMap { UInt64($0) } ?? 0) * 512
    }

    /// The devices there are, whoever made them, by number.
    package static func all() -> [UblkDevice] {
        HostFile.names(in: "/sys/class/ublk-char")
            .compactMap { $0.hasPrefix("ublkc") ? UInt32($0.dropFirst(5)) : nil }
            .sorted()
            .map(UblkDevice.init(number:))
    }

    /// The device of a name; `nil` if there is none.
    package static func named(_ identity: UInt64) -> UblkDevice? { self.allByIdentity()[identity] }

    /// The devices there are, by the numbers that they were given as names; of several with one number, the first.
    package static func allByIdentity() -> [UInt64: UblkDevice] {
        let devices = Self.all()
        guard !devices.isEmpty, let control = try? UblkControl() else { return [:] }
        var found: [UInt64: UblkDevice] = [:]
        for device in devices {
            guard let identity = device.status(control)?.identity, found[identity] == nil else { continue }
            found[identity] = device
        }
        return found
    }

    func status(_ control: borrowing UblkControl) -> Status? {
        var info = ublksrv_ctrl_dev_info()
        do throws(HostError) {
            try control.call("ublk status", LOCKER_UBLK_GET_DEV_INFO, self.number, &info)
        } catch {
            return nil
        }
        return Status(
            identity: info.ublksrv_flags,
            hasDisk: Int32(info.state) != UBLK_S_DEV_DEAD,
            isQuiesced: Int32(info.state) == UBLK_S_DEV_QUIESCED,
            isRecoverable: UblkFeatures(rawValue: info.flags).isSuperset(of: .needed)
        )
    }
}
