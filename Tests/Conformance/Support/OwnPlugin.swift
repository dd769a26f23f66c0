// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import RBD
internal import Rados
internal import Redaction
internal import SystemPackage
internal import TestSupport

/// `locker serve`, on the tests' cluster, with its files in one folder and its volumes in one RADOS namespace.
struct OwnPlugin: Sendable {
    let cluster: TestCluster
    /// Where its volumes are, on a connection that is not the plugin's.
    let context: IOContext
    let socket: FilePath
    let log: FilePath
    let process: ChildProcess

    /// The clusterID in config.json.
    static let clusterID = "lab"

    /// Writes the files and starts it.
    static func start(on cluster: TestCluster, _ context: IOContext, in directory: FilePath) throws -> OwnPlugin {
        func write(_ text: String, to name: String) throws -> String {
            let path = directory.appending(name).string
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            return path
        }
        let monitors = cluster.monitors.map { "\"\($0)\"" }.joined(separator: ",")
        let configuration = try write(#"[{"clusterID":"lab","monitors":[\#(monitors)]}]"#, to: "config.json")
        let key = try write(cluster.csi.key.reveal(), to: "key")
        let instance = try write(
            #"[{"clusterID":"lab","userID":"csi","keyFile":"\#(key)","pools":["students"]}]"#,
            to: "instance.json"
        )
        let instanceKey = try write("correct-horse-battery-staple\n", to: "instance-key")
        // A folder of its own, so that a test sees what else is made beside a socket.
        let sockets = directory.appending("run")
        try FileManager.default.createDirectory(atPath: sockets.string, withIntermediateDirectories: true)
        let socket = sockets.appending("csi.sock")
        let log = directory.appending("log")
        let file = try FileDescriptor.open(
            log,
            .writeOnly,
            options: [.append, .create, .closeOnExec],
            permissions: .ownerReadWrite
        )
        let process = try file.closeAfter {
            try ChildProcess(
                try BuiltProgram.path("locker"),
                [
                    "serve", "--endpoint", "unix://\(socket)", "--node-id", "n1", "--config", configuration,
                    "--instance-config", instance, "--instance-key", instanceKey, "--state-dir",
                    directory.appending("state").string, "--log-level", "trace",
                ],
                output: file,
                error: file
            )
        }
        return OwnPlugin(cluster: cluster, context: context, socket: socket, log: log, process: process)
    }

    /// What it has written so far.
    func output() throws -> String { try String(contentsOfFile: self.log.string, encoding: .utf8) }

    /// The parameters of a class for a RADOS namespace.
    func parameters(namespace: String) -> [String: String] {
        [
            "clusterID": Self.clusterID, "pool": self.context.poolName, "radosNamespace": namespace,
            // This machine's kernel grows a mounted XFS, but no mounted ext4.
            "csi.storage.k8s.io/fstype": "xfs",
        ]
    }

    /// How many images, trashed images and records but receipts a RADOS namespace holds.
    static func census(of context: IOContext) async throws -> Int {
        var count = try await context.images().count + context.trash().count
        for object in try await context.objects() where object.hasPrefix("locker.shard.") {
            let page = try await context.omapPage(of: object, after: "", limit: 1024)
            count += page.entries.count { !$0.key.hasPrefix("r/") }
        }
        return count
    }
}
