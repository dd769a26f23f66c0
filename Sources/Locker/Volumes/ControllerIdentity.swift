// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Who this controller is.
package struct ControllerIdentity: Sendable, Hashable {
    /// The installation's name: it goes into every record key, so that two installations may share a pool.
    package let instance: String

    /// This process' name: the pod's. Whoever starts under the name of a predecessor may fence it at once.
    package let process: String

    /// The names of a controller.
    package init(instance: String, process: String) {
        self.instance = instance
        self.process = process
    }
}
