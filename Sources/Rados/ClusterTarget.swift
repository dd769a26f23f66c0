// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Redaction

/// A cluster and a cephx identity on it: what a connection needs and nothing more.
package struct ClusterTarget: Sendable, Hashable {
    /// The monitors' addresses, each in any form that `mon_host` in ceph.conf takes: `10.0.0.1`, `10.0.0.1:6789`,
    /// `v2:10.0.0.1:3300`, `[v2:10.0.0.1:3300,v1:10.0.0.1:6789]`, `[2001:db8::1]:6789` or a host name.
    package let monitors: [String]

    /// The cephx user without its type: `csi` for `client.csi`.
    package let user: String

    /// The user's key, base64 as `ceph auth get-key` prints it.
    package let key: Secret

    /// Names a cluster by its monitors and an identity by user and key.
    package init(monitors: [String], user: String, key: Secret) {
        self.monitors = monitors
        self.user = user
        self.key = key
    }

    /// The addresses as one value of Ceph's option `mon_host`; empty if there are none.
    var monHost: String {
        self.monitors
            .map { $0.split(whereSeparator: \.isWhitespace).joined() }
            .filter { !$0.isEmpty }
            .joined(separator: ",")
    }

    /// User and monitors, for error messages.
    var label: String {
        "client.\(self.user) at \(self.monHost)"
    }
}
