// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados

/// The monitors' addresses in the one form the kernel reads: `IP:PORT`, separated by commas, all of one protocol.
struct KernelMonitors: Sendable, Hashable {
    /// The addresses, for the beginning of what is written to `add_single_major`.
    let addresses: String
    /// Whether they are of the newer protocol, msgr2, for which the kernel must be told an `ms_mode`.
    let isVersion2: Bool

    /// Reads addresses in any form that `mon_host` takes.
    ///
    /// - Parameters:
    ///   - texts: `10.0.0.1`, `10.0.0.1:6789`, `v2:10.0.0.1:3300/0`, `[v2:10.0.0.1:3300,v1:10.0.0.1:6789]`,
    ///     `[2001:db8::1]:6789`; an entry may have several, separated by commas.
    ///   - wantsVersion2: whether an `ms_mode` was asked for that needs msgr2; without it msgr1 is taken where every
    ///     monitor has it, as `rbd map` does.
    /// - Throws: ``MapError`` with `unsupported` if a monitor has no address of the protocol.
    init(_ texts: [String], wantsVersion2: Bool) throws(MapError) {
        let monitors = texts.flatMap(MonitorAddresses.parse)
        let isVersion2 = wantsVersion2 || monitors.contains { $0.version1 == nil }
        let addresses = monitors.compactMap { isVersion2 ? $0.version2 : $0.version1 }
        guard !addresses.isEmpty, addresses.count == monitors.count else {
            throw MapError(
                .unsupported,
                "kernel rbd needs an address of one protocol for every monitor; there are \(texts.joined(separator: " "))"
            )
        }
        self.addresses = addresses.joined(separator: ",")
        self.isVersion2 = isVersion2
    }
}
