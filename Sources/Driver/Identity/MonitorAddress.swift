// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A monitor's host and port, out of the forms that config.json and Ceph write: `10.0.0.1`, `10.0.0.1:6789`,
/// `v2:10.0.0.1:3300/0`, `[v2:10.0.0.1:3300/0,v1:10.0.0.1:6789/0]`, `[fd00::1]:6789`.
struct MonitorAddress: Sendable, Hashable {
    let host: String
    let port: Int

    /// The addresses of one entry of `monitors`.
    static func parse(_ text: String) -> [MonitorAddress] {
        var body = Substring(text)
        if body.hasPrefix("["), body.hasSuffix("]"), body.contains("v1:") || body.contains("v2:") {
            body = body.dropFirst().dropLast()
        }
        return body.split(separator: ",").compactMap(Self.one)
    }

    private static func one(_ text: Substring) -> MonitorAddress? {
        var rest = text.prefix { $0 != "/" }
        var fallback = 3300
        if rest.hasPrefix("v2:") {
            rest = rest.dropFirst(3)
        } else if rest.hasPrefix("v1:") {
            rest = rest.dropFirst(3)
            fallback = 6789
        }
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
            let host = rest[rest.index(after: rest.startIndex)..<end]
            let port = rest[end...].dropFirst().drop { $0 == ":" }
            return MonitorAddress(host: String(host), port: Int(port) ?? fallback)
        }
        let parts = rest.split(separator: ":")
        switch parts.count {
        case 1: return MonitorAddress(host: String(parts[0]), port: fallback)
        case 2: return Int(parts[1]).map { MonitorAddress(host: String(parts[0]), port: $0) }
        default: return MonitorAddress(host: String(rest), port: fallback)
        }
    }
}
