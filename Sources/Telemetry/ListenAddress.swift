// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Where a TCP server listens: `127.0.0.1:9809`, `[::1]:9809`, or `:9809` for every address of the machine.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// The IP address or host name; empty for every address, IPv6 and IPv4.
    package let host: String
    /// The port; 0 lets the kernel choose one.
    package let port: Int

    /// Reads `text`; nil when it is no address with a port.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = UInt16(digits)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("[") {
            guard host.hasSuffix("]"), host.count > 2 else { return nil }
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.contains(where: { $0.isWhitespace || $0 == "/" || $0 == "[" || $0 == "]" }) else { return nil }
        self.host = String(host)
        self.port = Int(port)
    }

    /// The address as it is given on a command line.
    package var description: String {
        self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }
}
