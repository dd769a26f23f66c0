// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// Options of the processes on a node.
struct NodeOptions: ParsableArguments {
    @Option(help: "The node's name in Kubernetes; required.")
    var nodeID: String

    func validate() throws {
        guard (1...128).contains(self.nodeID.utf8.count) else {
            throw ValidationError("--node-id has \(self.nodeID.utf8.count) bytes; 1 to 128 are allowed")
        }
    }
}
