// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados

/// A host and port that a monitor listens on.
struct MonitorEndpoint: Sendable, Hashable {
    let host: String
    let port: Int

    /// Where the monitors of one entry of config.json listen, those of the newer protocol first for each.
    static func parse(_ text: String) -> [MonitorEndpoint] {
        MonitorAddresses.parse(text).flatMap { monitor in
            [monitor.version2.map { Self($0, usualPort: 3300) }, monitor.version1.map { Self($0, usualPort: 6789) }]
                .compactMap { $0 }
        }
    }

    /// Takes `IP:PORT` apart; an IPv6 address has brackets, or no port.
    private init(_ address: String, usualPort: Int) {
        let colon = address.lastIndex(of: ":")
        let hasPort = colon.map { address[..<$0].hasSuffix("]") || !address[..<$0].contains(":") } ?? false
        if let colon, hasPort, let port = Int(address[address.index(after: colon)...]) {
            self.host = address[..<colon].filter { $0 != "[" && $0 != "]" }
            self.port = port
        } else {
            self.host = address.filter { $0 != "[" && $0 != "]" }
            self.port = usualPort
        }
    }
}
