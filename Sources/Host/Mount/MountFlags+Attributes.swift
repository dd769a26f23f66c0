// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

extension MountFlags {
    /// The flags as mount_setattr(2) takes them for one mount: what is set and what is taken away, everything that is not
    /// named included. How access times are kept stays as it is unless the flags say something of it.
    ///
    /// What belongs to the whole filesystem (`sync`, `lazytime`) is not a mount's and left alone.
    var attributes: (set: UInt64, clear: UInt64) {
        // The first four have the same numbers in both: MOUNT_ATTR_RDONLY, _NOSUID, _NODEV, _NOEXEC. See: linux/mount.h.
        let plain: MountFlags = [.readOnly, .noSetUserID, .noDevices, .noExecute]
        var set = UInt64(self.intersection(plain).rawValue)
        var clear = UInt64(plain.subtracting(self).rawValue)
        let times: MountFlags = [
            .noAccessTimes, .noDirectoryAccessTimes, .relativeAccessTimes, .strictAccessTimes,
        ]
        guard !self.isDisjoint(with: times) else { return (set, clear) }
        // MOUNT_ATTR__ATIME is a field of three values, MOUNT_ATTR_NODIRATIME a bit.
        clear |= 0x70
        if self.contains(.noAccessTimes) {
            set |= 0x10
        } else if self.contains(.strictAccessTimes) {
            set |= 0x20
        }
        if self.contains(.noDirectoryAccessTimes) { set |= 0x80 } else { clear |= 0x80 }
        return (set, clear)
    }
}
