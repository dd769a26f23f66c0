// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Why pods are to leave a node, or not to come: `key=value:effect`.
package struct NodeTaint: Sendable, Hashable, Codable, CustomStringConvertible {
    package let key: String
    package let value: String?
    package let effect: String

    /// A taint.
    package init(key: String, value: String?, effect: String) {
        self.key = key
        self.value = value
        self.effect = effect
    }

    /// The taint by which Kubernetes gives a node up: its pods are deleted, and their volumes taken from it at once.
    ///
    /// The value says who has set it; Kubernetes looks at key and effect alone. See: kubernetes.io, "Non-graceful node
    /// shutdown handling".
    package static func outOfService(by driver: String) -> NodeTaint {
        NodeTaint(key: "node.kubernetes.io/out-of-service", value: driver, effect: "NoExecute")
    }

    /// As kubectl writes it.
    package var description: String { "\(self.key)=\(self.value ?? ""):\(self.effect)" }
}
