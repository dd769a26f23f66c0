// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import SystemPackage

/// Which start of this machine it is: the kernel makes a new one at each boot.
package enum BootID {
    /// The present one, a UUID.
    ///
    /// - Throws: ``HostError`` if /proc is not there.
    package static func current() throws(HostError) -> String {
        String(decoding: try HostFile.read("/proc/sys/kernel/random/boot_id").filter { $0 != 10 }, as: UTF8.self)
    }
}
