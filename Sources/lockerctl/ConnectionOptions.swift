// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Glibc
internal import Rados
internal import Redaction

/// How to reach the cluster.
struct ConnectionOptions: ParsableArguments {
    @Option(help: "The monitors, separated by commas, as ceph.conf's mon_host has them.")
    var monitors: String

    @Option(help: "The cephx user, without \"client.\".")
    var user: String = "admin"

    @Option(help: "The user's keyring, or a file that holds the key alone.")
    var keyFile: String

    /// The cluster and user.
    ///
    /// - Throws: `ValidationError` for a key file that cannot be read.
    func target() throws -> ClusterTarget {
        guard let file = fopen(self.keyFile, "r") else {
            throw ValidationError("--key-file \(self.keyFile) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = fread(&buffer, 1, buffer.count, file)
        let text = String(decoding: buffer.prefix(count), as: UTF8.self)
        let lines = text.split(separator: "\n").map { $0.filter { !$0.isWhitespace } }
        let key = lines.first { $0.hasPrefix("key=") }.map { String($0.dropFirst(4)) } ?? lines.first ?? ""
        guard !key.isEmpty else { throw ValidationError("--key-file \(self.keyFile) holds no key") }
        return ClusterTarget(monitors: [self.monitors], user: self.user, key: Secret(key))
    }
}
