// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import SystemPackage
internal import TestSupport

extension Installation {
    /// Options of every process with a CSI socket.
    private func common(_ socket: String) -> [String] {
        [
            "--endpoint", "unix://\(self.path(socket))", "--config", self.path("config.json").string,
            "--log-level", "trace",
        ]
    }

    /// Starts a controller.
    ///
    /// - Parameters:
    ///   - step: the step at which it kills itself.
    ///   - name: its name among controllers; the same one again is its successor.
    ///   - hasIdentity: whether it has a user of its own on the cluster, which no other test may use then.
    ///   - options: further options.
    ///   - environment: further variables.
    func controller(
        killedAt step: String = "",
        name: String = "c",
        hasIdentity: Bool = false,
        options: [String] = [],
        environment: [String: String] = [:]
    ) async throws -> LockerProcess {
        guard self.isAlone || !hasIdentity else {
            throw SetUpError("a controller with an identity would look after other tests' volumes: Installation.alone")
        }
        let socket = "\(name).sock"
        var arguments = ["controller"] + self.common(socket)
        arguments += ["--instance-key", self.path("instance-key").string, "--instance-id", name]
        if hasIdentity { arguments += ["--instance-config", self.path("instance.json").string] }
        return try await self.start(
            arguments + options,
            socket: socket,
            environment: environment.merging(["LOCKER_KILL_AT_STEP": step]) { $1 }
        )
    }

    /// Starts the data process of a node.
    func data(of node: String = "n1") async throws -> LockerProcess {
        try await self.start(
            [
                "data", "--state-dir", self.path(node).string, "--data-socket",
                "unix://\(self.path("\(node)-data.sock"))",
                "--log-level", "trace",
            ],
            socket: "\(node)-data.sock"
        )
    }

    /// Starts the node process of a node, which finds the data process by its socket.
    ///
    /// - Parameter step: the step at which it kills itself.
    func node(_ name: String = "n1", killedAt step: String = "", options: [String] = []) async throws -> LockerProcess {
        let socket = "\(name).sock"
        let arguments = [
            "node", "--node-id", name, "--state-dir", self.path(name).string,
            "--data-socket", "unix://\(self.path("\(name)-data.sock"))",
        ]
        return try await self.start(
            arguments + self.common(socket) + options,
            socket: socket,
            environment: ["LOCKER_KILL_AT_STEP": step]
        )
    }
}
