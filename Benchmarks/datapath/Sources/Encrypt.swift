// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import BlockMap
internal import Glibc
internal import Host
internal import RBD
internal import Rados
internal import Redaction

/// Writes an encryption header to an image, to be killed at it.
struct Encrypt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a LUKS2 header to an image.",
        discussion: """
            The user's key is read from the environment variable CEPH_KEY, the volume's from the kernel keyring.
            """
    )

    @Option(help: "The monitors' addresses, separated by spaces.")
    var monitors: String

    @Option(help: "The cephx user, without \"client.\".")
    var user = "csi"

    @Option(help: "The pool.")
    var pool: String

    @Option(help: "The RADOS namespace.")
    var namespace = ""

    @Option(help: "The name of the volume's key in root's keyring.")
    var encryptionKey: String

    @Argument(help: "The image's name.")
    var image: String

    func run() async throws {
        guard let cephKey = getenv("CEPH_KEY") else { throw ValidationError("CEPH_KEY is not set") }
        guard let key = try DataEncryptionKey.read(named: self.encryptionKey) else {
            throw ValidationError("there is no key \(self.encryptionKey)")
        }
        let threads = BlockingPool(threads: 2, name: "benchmark")
        let target = ClusterTarget(
            monitors: self.monitors.split(separator: " ").map(String.init),
            user: self.user,
            key: Secret(String(cString: cephKey))
        )
        let cluster = try await Cluster.connect(to: target, pool: threads)
        let context = try await cluster.ioContext(pool: self.pool, namespace: self.namespace)
        try await EncryptedImage.format(.name(self.image), in: context, key: key)
        await cluster.close()
        await threads.shutdown()
    }
}
