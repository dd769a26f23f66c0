// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Rados
internal import SystemPackage

extension World {
    /// What `lockerctl volumes` prints.
    func volumes() async throws -> String {
        try await Program.run(self.programs.appending("lockerctl"), try self.volumesArguments())
    }

    /// The arguments that list the story's volumes.
    func volumesArguments() throws -> [String] {
        let monitors = try self.target(user: "admin").monitors.joined(separator: ",")
        return [
            "volumes", "--pool", Self.pool, "--monitors", monitors, "--user", "admin",
            "--key-file", self.ceph.appending("client.admin.keyring").string,
        ]
    }
}
