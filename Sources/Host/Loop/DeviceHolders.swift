// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

/// Who uses a block device, for the message of an `EBUSY`.
package enum DeviceHolders {
    /// Names the mounts of a device in every mount namespace, the devices above it and the processes that have it open.
    /// Best effort: a process may end while it is looked at.
    package static func description(of device: LoopDevice) -> String {
        Self.description(of: BlockDevice(device.path), sysfs: device.sysfs)
    }

    /// The same for any block device, given its directory in sysfs.
    package static func description(of device: BlockDevice, sysfs: FilePath) -> String {
        guard BlockDevice.number(at: device.path) != nil else { return "its device file is gone" }
        return Self.description(Self.holders(of: device, sysfs: sysfs))
    }

    /// Each of them in words; empty if there is none that can be seen from here.
    ///
    /// The device is not opened, which may wait for a server that is dead.
    static func holders(of device: BlockDevice, sysfs: FilePath) -> [String] {
        guard let number = BlockDevice.number(at: device.path) else { return [] }
        var holders = Self.mounts(of: number)
        holders += HostFile.names(in: sysfs.appending("holders")).map { "part of /dev/\($0)" }
        return holders + Self.processes(with: number)
    }

    /// What ``holders(of:sysfs:)`` found, for a message.
    static func description(_ holders: [String]) -> String {
        guard !holders.isEmpty else { return "in use, by nobody that can be seen from here" }
        let shown = holders.prefix(5).joined(separator: ", ")
        return holders.count > 5 ? "\(shown) and \(holders.count - 5) more" : shown
    }

    private static func mounts(of device: BlockDevice.Number) -> [String] {
        if let own = try? MountTable.read().entries(of: device), !own.isEmpty {
            return own.map { "mounted at \($0.mountPoint)" }
        }
        for pid in Self.processes() {
            guard let text = try? HostFile.read(FilePath("/proc/\(pid)/mountinfo")) else { continue }
            let table = MountTable(parsing: String(decoding: text, as: UTF8.self))
            if let entry = table.entries(of: device).first {
                return ["mounted at \(entry.mountPoint) as \(Self.name(of: pid)) sees it"]
            }
        }
        return []
    }

    /// Names the processes that have a device open, but for one file of this process.
    static func openers(of device: BlockDevice, except file: CInt) -> [String] {
        guard let number = BlockDevice.number(at: device.path) else { return [] }
        return Self.processes(with: number, except: FilePath("/proc/\(getpid())/fd/\(file)"))
    }

    private static func processes(with device: BlockDevice.Number, except own: FilePath? = nil) -> [String] {
        OpenFiles.all()
            .filter { $0.paths.contains { $0 != own && BlockDevice.number(at: $0) == device } }
            .map { "open in \(Self.name(of: $0.pid))" }
    }

    private static func processes() -> [Int32] {
        HostFile.names(in: "/proc").compactMap { Int32($0) }.sorted()
    }

    private static func name(of pid: Int32) -> String {
        "process \(pid) (\(HostFile.line(FilePath("/proc/\(pid)/comm")) ?? "ended"))"
    }
}
