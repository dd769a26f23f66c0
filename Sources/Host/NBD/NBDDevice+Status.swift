// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import SystemPackage

extension NBDDevice {
    /// What the kernel tells of a device that is connected, though maybe to a server that has died.
    package struct Status: Sendable, Hashable {
        /// What it was given as ``NBDSettings/identifier``; empty for devices of other programs, and before Linux 5.14.
        package let identifier: String
        /// The thread that connected the device first. It may have ended, and says nothing of who serves it now.
        package let connector: Int32
        /// Bytes.
        package let size: UInt64
        package let isReadOnly: Bool
    }

    /// What the kernel tells of it; `nil` if it is not connected.
    package var status: Status? {
        guard let connector = HostFile.line(self.sysfs.appending("pid")).flatMap({ Int32($0) }),
            let sectors = HostFile.line(self.sysfs.appending("size")).flatMap({ UInt64($0) })
        else { return nil }
        return Status(
            identifier: HostFile.line(self.sysfs.appending("backend")) ?? "",
            connector: connector,
            size: sectors * 512,
            isReadOnly: HostFile.line(self.sysfs.appending("ro")) == "1"
        )
    }

    /// Whether it is connected, though maybe to a server that has died.
    package var isConnected: Bool { self.status != nil }

    /// The devices that are connected, whoever connected them, by number.
    package static func all() -> [NBDDevice] {
        HostFile.names(in: "/sys/block")
            .compactMap { $0.hasPrefix("nbd") ? Int($0.dropFirst(3)) : nil }
            .sorted()
            .map(NBDDevice.init(number:))
            .filter(\.isConnected)
    }
}
