// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

extension LoopDevice {
    // How long a process that only looks at the device in passing (udev, blkid) is waited for.
    private static let patience = Duration.seconds(3)

    /// Parts the device from its file and makes sure that it is gone.
    ///
    /// LOOP_CLR_FD answers success while somebody has the device open and leaves the rest to the last one to close it;
    /// here the device is then kept, as if nothing had been asked, and the caller told who holds it.
    ///
    /// - Throws: ``HostError`` with `EBUSY` while it is in use: mounted, part of another device or open; the note names
    ///   by whom.
    package func detach() throws(HostError) {
        guard let file = self.backingFile else { return }
        do throws(HostError) {
            // A mount in any mount namespace, a device above and swap claim the device; so does this open.
            _ = try OpenFile(self.path, O_RDONLY | O_EXCL)
        } catch {
            switch error.code {
            case .resourceBusy: throw error.with(note: DeviceHolders.description(of: self))
            case .noSuchAddressOrDevice: return
            default: throw error
            }
        }
        try self.clear()
        let clock = ContinuousClock()
        let deadline = clock.now + Self.patience
        // Another file is shown by whoever has taken the free number meanwhile. Of this one the path gets shorter if its
        // mount is detached.
        while let now = self.backingFile, file.string.hasSuffix(now.string) {
            guard clock.now < deadline else { return try self.keep() }
            // The kernel tells nobody when the last user has gone, so it is looked at every 10 ms.
            usleep(10_000)
        }
    }

    private func clear() throws(HostError) {
        let device = try OpenFile(self.path, O_RDONLY)
        do throws(HostError) {
            try systemCall("ioctl(LOOP_CLR_FD)", "\(self.path)") { locker_loop_clear(device.descriptor) }
        } catch  where error.code == .noSuchAddressOrDevice {
            // Parted already.
        }
    }

    private func keep() throws(HostError) {
        let holders = DeviceHolders.description(of: self)
        do throws(HostError) {
            let device = try OpenFile(self.path, O_RDONLY)
            try systemCall("ioctl(LOOP_SET_STATUS64)", "\(self.path)") { locker_loop_keep(device.descriptor) }
        } catch  where error.code == .noSuchAddressOrDevice {
            return  // The last user closed it just now.
        }
        throw HostError(call: "ioctl(LOOP_CLR_FD)", code: .resourceBusy, object: "\(self.path)", note: holders)
    }
}
