// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

extension UblkDevice {
    // How long a process that only looks at the device in passing (udev, blkid) is waited for.
    private static let patience = Duration.seconds(3)

    /// Takes the device away unless somebody uses it: I/O in flight is waited for, and when this returns there is none any
    /// more.
    ///
    /// The kernel asks nobody (Linux 7.0 can be told to): what is mounted would fail. So the device is held for this
    /// process alone (`O_EXCL`), which nobody can mount then, and everybody else who has it open is looked for in /proc.
    /// Who opens it for nothing but reading and writing in the moment after that look loses it.
    ///
    /// - Parameter isServed: whether its server is alive, which writes back what the kernel caches of it.
    /// - Throws: ``HostError`` with `EBUSY` while it is in use: mounted, part of another device or open; the note names
    ///   by whom. A device that is not there is not an error.
    package func remove(isServed: Bool) throws(HostError) {
        let control = try UblkControl()
        if !isServed { try self.awaitQuiescence(control) }
        try self.stop(control, isServed: isServed)
        try self.delete(control)
    }

    /// Takes the device away whoever uses it, and whether or not it has got as far as to be a block device.
    ///
    /// - Parameter isServed: whether its server is alive.
    package func abandon(isServed: Bool = false) throws(HostError) {
        let control = try UblkControl()
        if !isServed { try self.awaitQuiescence(control) }
        try self.call(control, "ublk stop", LOCKER_UBLK_STOP_DEV)
        try self.delete(control)
    }

    /// Waits until the kernel has noticed that the device's server is dead, and waits for another one.
    ///
    /// Before Linux 6.15 it can lose a request that came while the server was dying, and then waits for that for ever,
    /// with the device locked: every other command to it would wait with it, in a way that not even SIGKILL ends. What is
    /// asked here takes no lock.
    ///
    /// - Throws: ``HostError`` with `EBUSY` if it has not noticed within ten seconds.
    package func awaitQuiescence() throws(HostError) {
        try self.awaitQuiescence(try UblkControl())
    }

    /// The same by a control that is open already.
    func awaitQuiescence(_ control: borrowing UblkControl) throws(HostError) {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(10)
        while let status = self.status(control), status.hasDisk, !status.isQuiesced {
            guard clock.now < deadline else {
                throw HostError(
                    call: "ublk",
                    code: .resourceBusy,
                    object: "\(self.path)",
                    note:
                        "its server is alive, or the kernel has lost one of its requests when it died, which Linux before"
                        + " 6.15 does now and then: only a restart of the machine frees the device then"
                )
            }
            // It tells nobody.
            usleep(10_000)
        }
    }

    private func stop(_ control: borrowing UblkControl, isServed: Bool) throws(HostError) {
        guard let hold = try self.hold() else { return try self.call(control, "ublk stop", LOCKER_UBLK_STOP_DEV) }
        defer { _ = Glibc.close(hold) }
        try self.waitForOthers(hold)
        // Whoever closed it last while it was held here has not written back. A failure (the client is fenced, the pool
        // full) has been told to who wrote, and must not keep the device for ever.
        if isServed { _ = fsync(hold) }
        try self.call(control, "ublk stop", LOCKER_UBLK_STOP_DEV)
    }

    private func delete(_ control: borrowing UblkControl) throws(HostError) {
        do throws(HostError) {
            // Not to wait until the last who has it open closes it: that may be a process that looks in passing, or the
            // server of the device, which is about to notice.
            try self.call(control, "ublk delete", LOCKER_UBLK_DEL_DEV_ASYNC)
        } catch  where error.code == .notSupported {
            // Before Linux 6.9.
            try self.call(control, "ublk delete", LOCKER_UBLK_DEL_DEV)
        }
    }

    /// A device that is gone needs nothing.
    private func call(_ control: borrowing UblkControl, _ name: String, _ command: UInt32) throws(HostError) {
        do throws(HostError) {
            try control.call(name, command, self.number)
        } catch  where error.code == .operationNotSupportedByDevice {
            return
        }
    }

    /// Opens the block device so that nobody can mount it; `nil` if there is none.
    private func hold() throws(HostError) -> CInt? {
        do throws(HostError) {
            // A mount in any mount namespace, a device above and swap claim the device; so does this open.
            return try systemCall("open", "\(self.path)") {
                locker_openat(AT_FDCWD, self.path.string, O_RDONLY | O_EXCL | O_CLOEXEC, 0)
            }
        } catch {
            if [ENOENT, ENXIO, ENODEV].contains(error.code.rawValue) { return nil }
            guard error.code == .resourceBusy else { throw error }
            throw error.with(note: DeviceHolders.description(of: BlockDevice(self.path), sysfs: self.sysfs))
        }
    }

    private func waitForOthers(_ hold: CInt) throws(HostError) {
        let clock = ContinuousClock()
        let deadline = clock.now + Self.patience
        while true {
            let others = DeviceHolders.openers(of: BlockDevice(self.path), except: hold)
            guard !others.isEmpty else { return }
            guard clock.now < deadline else {
                throw HostError(
                    call: "ublk stop",
                    code: .resourceBusy,
                    object: "\(self.path)",
                    note: others.joined(separator: ", ")
                )
            }
            // The kernel tells nobody when the last user has gone.
            usleep(50_000)
        }
    }
}
