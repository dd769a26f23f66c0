// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Clients that the monitors refuse: `ceph osd blocklist ls`.
package struct Blocklist: Sendable, Hashable {
    /// Their addresses as the monitors write them: `127.0.0.1:0/1234`, a nonce of 0 for every client of an address.
    package let instances: Set<String>

    /// Reads lines that begin with an address.
    package init(parsing text: String) {
        self.instances = Set(text.split(separator: "\n").map { String($0.prefix { $0 != " " }) })
    }

    /// Whether a client is refused, by itself or with every client of its address.
    ///
    /// - Parameter instance: `ip:0/nonce`.
    package func refuses(_ instance: String) -> Bool {
        if self.instances.contains(instance) { return true }
        guard let slash = instance.lastIndex(of: "/") else { return false }
        return self.instances.contains("\(instance[..<slash])/0")
    }
}
