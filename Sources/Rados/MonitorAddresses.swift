// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// One monitor's addresses, by protocol, as config.json and `mon_host` write them.
package struct MonitorAddresses: Sendable, Hashable {
    /// `IP:PORT` for msgr1; `nil` if the monitor has none.
    package private(set) var version1: String?
    /// `IP:PORT` for msgr2; `nil` if the monitor has none.
    package private(set) var version2: String?

    /// Reads an entry, which may have several monitors: commas and spaces outside of brackets part them.
    ///
    /// - Parameter text: `10.0.0.1`, `10.0.0.1:6789`, `v2:10.0.0.1:3300/0`, `[v2:10.0.0.1:3300,v1:10.0.0.1:6789]`,
    ///   `[2001:db8::1]:6789`.
    package static func parse(_ text: String) -> [MonitorAddresses] {
        var depth = 0
        let monitors = text.split { character in
            if character == "[" { depth += 1 }
            if character == "]" { depth -= 1 }
            return (character == "," && depth == 0) || character.isWhitespace
        }
        return monitors.map(MonitorAddresses.init)
    }

    private init(_ text: Substring) {
        let isList = text.hasPrefix("[v") && text.hasSuffix("]")
        let addresses = isList ? text.dropFirst().dropLast().split(separator: ",") : [text]
        for address in addresses { self.add(address) }
    }

    private mutating func add(_ text: Substring) {
        // The part after the slash is an instance's nonce, which a monitor does not have.
        let address = text.prefix { $0 != "/" }
        if address.hasPrefix("v1:") {
            self.version1 = String(address.dropFirst(3))
        } else if address.hasPrefix("v2:") {
            self.version2 = String(address.dropFirst(3))
        } else if address.hasSuffix(":3300") {
            self.version2 = String(address)
        } else if address.hasSuffix("]") || !address.contains(":") {
            // No port: a monitor listens on the usual one of each protocol.
            self.version1 = "\(address):6789"
            self.version2 = "\(address):3300"
        } else {
            self.version1 = String(address)
        }
    }
}
