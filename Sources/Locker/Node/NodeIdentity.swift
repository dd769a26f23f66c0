// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Which node this is, and which of its starts.
package struct NodeIdentity: Sendable, Hashable {
    /// The node's id, as `--node-id` gives it.
    package let nodeID: String

    /// /proc/sys/kernel/random/boot_id.
    package let bootID: String

    /// A node's names.
    package init(nodeID: String, bootID: String) {
        self.nodeID = nodeID
        self.bootID = bootID
    }
}
