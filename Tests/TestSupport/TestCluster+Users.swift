// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Rados
internal import Redaction

extension TestCluster {
    /// Makes a user, with the caps given as `[daemon: caps]`; one that is there must have the same.
    package func user(_ name: String, caps: [String: String]) async throws -> ClusterTarget {
        let admin = try await self.connect(as: self.admin)
        let list = caps.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        let answer = try await admin.monitorCommand(
            ["prefix": "auth get-or-create", "entity": "client.\(name)"],
            lists: ["caps": list]
        )
        await admin.close()
        let line = String(decoding: answer, as: UTF8.self).split(separator: "\n").first { $0.contains("key = ") }
        guard let key = line?.split(separator: " ").last else { throw SetUpError("client.\(name) got no key") }
        return ClusterTarget(monitors: self.monitors, user: name, key: Secret(String(key)))
    }
}
