// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Rados
internal import SystemPackage

extension World {
    /// What `lockerctl volumes` prints.
    func volumes() async throws -> String {
        let conf = String(decoding: try HostFile.read(self.ceph.appending("ceph.conf")), as: UTF8.self)
        let monitors =
            conf.split(separator: "\n").first { $0.contains("mon_host") || $0.contains("mon host") }
            .map { $0.drop { $0 != "=" }.dropFirst().filter { $0 != " " } } ?? ""
        return try await Program.run(
            self.programs.appending("lockerctl"),
            [
                "volumes", "--pool", Self.pool, "--monitors", monitors, "--user", "admin",
                "--key-file", self.ceph.appending("client.admin.keyring").string,
            ]
        )
    }
}
