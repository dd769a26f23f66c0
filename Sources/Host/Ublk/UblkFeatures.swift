// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux

/// What the kernel's ublk can do, as far as it is of use here.
package struct UblkFeatures: OptionSet, Sendable, Hashable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// A device can change its size while it is in use (Linux 6.16).
    package static let updateSize = UblkFeatures(rawValue: LOCKER_UBLK_F_UPDATE_SIZE)

    /// What a device here is made with: it survives its server, whose requests are done again (Linux 6.1), and data is
    /// copied when there is memory for it (Linux 6.5).
    static let needed = UblkFeatures(
        rawValue: LOCKER_UBLK_F_USER_RECOVERY | LOCKER_UBLK_F_USER_RECOVERY_REISSUE | LOCKER_UBLK_F_CMD_IOCTL_ENCODE
            | LOCKER_UBLK_F_USER_COPY
    )

    /// What this kernel's ublk can do now. A module that is not loaded does not count, and is not loaded by asking. Blocks
    /// for a moment.
    ///
    /// - Throws: ``HostError``: `ENOENT` on a kernel without ublk, `EACCES` without the right to use it, `EOPNOTSUPP` or
    ///   `EINVAL` for one that is older than Linux 6.5.
    package static func ofKernel() throws(HostError) -> UblkFeatures {
        let control = try UblkControl()
        var features: UInt64 = 0
        try control.call("ublk features", LOCKER_UBLK_GET_FEATURES, .max, &features)
        return UblkFeatures(rawValue: features)
    }
}
