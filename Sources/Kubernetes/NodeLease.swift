// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// The sign of life that a kubelet renews every ten seconds.
package struct NodeLease: Sendable, Hashable {
    /// The node's name.
    package let node: String
    /// When it was renewed, as the node's own clock has it: only good to see that it has changed.
    package let renewed: String

    /// A lease.
    package init(node: String, renewed: String) {
        self.node = node
        self.renewed = renewed
    }
}
