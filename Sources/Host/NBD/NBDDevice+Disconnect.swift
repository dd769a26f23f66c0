// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

extension NBDDevice {
    // How long a process that only looks at the device in passing (udev, blkid) is waited for.
    private static let patience = Duration.seconds(3)

    /// Ends the device unless somebody uses it, and makes sure that it is gone.
    ///
    /// The kernel's own disconnect asks nobody: what is mounted would fail. So it is told to disconnect with the last
    /// close (`NBD_CFLAG_DISCONNECT_ON_CLOSE`), which it counts itself, by a process that holds the device for itself
    /// (`O_EXCL`) and is about to close it: nobody can come in between. Who has it open keeps it, and the flag is
    /// taken back.
    ///
    /// A device whose server is dead may keep this waiting as long as its I/O waits: ``abandonUnlessHeld()`` does not wait.
    ///
    /// - Throws: ``HostError`` with `EBUSY` while it is in use: mounted, part of another device or open; the note names
    ///   by whom.
    package func disconnect() throws(HostError) {
        guard self.isConnected else { return }
        try self.disconnectWithLastClose()
        let clock = ContinuousClock()
        let deadline = clock.now + Self.patience
        while self.isConnected {
            guard clock.now < deadline else { return try self.keep() }
            // The kernel tells nobody when the last user has gone, so it is looked at every 10 ms.
            usleep(10_000)
        }
    }

    /// Ends the device whoever uses it: I/O in flight and all that comes fails. For one that no server will follow.
    ///
    /// It is free again when the last who has it open closes it.
    ///
    /// - Throws: ``HostError``; a device that is not connected is not an error.
    package func abandon() throws(HostError) {
        guard self.isConnected else { return }
        var attributes = NetlinkAttributes()
        attributes.append(NBD_ATTR_INDEX, UInt32(self.number))
        try Self.call("nbd disconnect", NBD_CMD_DISCONNECT, attributes, on: "\(self.path)")
    }

    /// Ends a device whose server is dead, unless somebody uses it.
    ///
    /// The device is not opened for that: with the first open after all connections died the kernel looks for
    /// partitions (`GD_NEED_PART_SCAN`), and that read would wait for a server that does not come.
    ///
    /// - Parameter first: done when nobody uses it, and before the kernel is told.
    /// - Throws: ``HostError`` with `EBUSY` while it is in use; the note names by whom.
    package func abandonUnlessHeld(first: () -> Void = {}) throws(HostError) {
        let holders = DeviceHolders.holders(of: BlockDevice(self.path), sysfs: self.sysfs)
        guard holders.isEmpty else {
            throw HostError(
                call: "nbd disconnect",
                code: .resourceBusy,
                object: "\(self.path)",
                note: DeviceHolders.description(holders)
            )
        }
        first()
        try self.abandon()
    }

    private func disconnectWithLastClose() throws(HostError) {
        let file: CInt
        do throws(HostError) {
            // A mount in any mount namespace, a device above and swap claim the device; so does this open.
            file = try systemCall("open", "\(self.path)") {
                locker_openat(AT_FDCWD, self.path.string, O_RDONLY | O_EXCL | O_CLOEXEC, 0)
            }
        } catch {
            throw error.code == .resourceBusy ? error.with(note: self.holders) : error
        }
        // Here the device goes.
        defer { _ = Glibc.close(file) }
        try self.setDisconnectOnClose(true)
    }

    private func keep() throws(HostError) {
        let holders = self.holders
        do throws(HostError) {
            try self.setDisconnectOnClose(false)
        } catch {
            // The last user closed it just now.
            if !self.isConnected { return }
            throw error
        }
        guard self.isConnected else { return }
        throw HostError(call: "nbd disconnect", code: .resourceBusy, object: "\(self.path)", note: holders)
    }

    private func setDisconnectOnClose(_ isSet: Bool) throws(HostError) {
        try self.reconfigure("nbd disconnect") { attributes in
            attributes.append(NBD_ATTR_CLIENT_FLAGS, UInt64(isSet ? NBD_CFLAG_DISCONNECT_ON_CLOSE : 0))
        }
    }

    private var holders: String {
        DeviceHolders.description(of: BlockDevice(self.path), sysfs: self.sysfs)
    }
}
