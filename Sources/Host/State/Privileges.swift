// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import SystemPackage

/// What this process may do beyond being root: capabilities, which a container's root often lacks. See: man 7 capabilities.
package struct Privileges: OptionSet, Sendable, Hashable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// CAP_SYS_ADMIN: mounts, block devices.
    package static let administration = Privileges(rawValue: 1 << 21)
    /// CAP_SYS_RESOURCE: growing an ext4 that is mounted, and threads whose memory does not wait for their own devices.
    package static let resources = Privileges(rawValue: 1 << 24)

    /// Those in effect; none if /proc does not tell.
    package static func current() -> Privileges {
        guard let text = try? HostFile.read("/proc/self/status") else { return [] }
        return Self.effective(status: String(decoding: text, as: UTF8.self))
    }

    /// Those that a text of /proc/PID/status has as `CapEff`: 64 bits in hexadecimal digits.
    static func effective(status text: String) -> Privileges {
        let line = text.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        let digits = line?.dropFirst("CapEff:".count).drop { $0 == " " || $0 == "\t" }
        return Privileges(rawValue: digits.flatMap { UInt64($0, radix: 16) } ?? 0)
    }
}
