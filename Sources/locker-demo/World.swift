// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials
internal import Glibc
internal import Host
internal import RBD
internal import Rados
internal import Redaction
internal import SystemPackage

/// What the story is played in: a Ceph of its own, a controller, and two nodes with a node and a data process each.
struct World: Sendable {
    let project: FilePath
    let directory: FilePath
    let programs: FilePath
    let terminal: Terminal

    static let nodes = ["node-a", "node-b"]
    static let pool = "students"
    static let namespace = "demo"

    init(project: FilePath, terminal: Terminal) throws {
        self.project = project
        self.terminal = terminal
        var template = Array("/tmp/locker-demo-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw DemoError("no temporary directory could be made") }
        self.directory = FilePath(String(cString: made))
        var buffer = [CChar](repeating: 0, count: 4096)
        guard readlink("/proc/self/exe", &buffer, buffer.count - 1) > 0 else { throw DemoError("/proc is not there") }
        let path = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.programs = FilePath(path).removingLastComponent()
    }

    var ceph: FilePath { self.directory.appending("ceph") }
    var controllerSocket: FilePath { self.directory.appending("controller.sock") }
    func nodeSocket(_ node: String) -> FilePath { self.directory.appending("\(node).sock") }
    func state(_ node: String) -> FilePath { self.directory.appending(node) }
    var locker: FilePath { self.programs.appending("locker") }

    /// Starts everything, plays or waits, and ends everything, whatever happens.
    func play(keep: Bool, filesystem: String) async throws {
        let outcome: Result<Void, any Error>
        do {
            try await self.playOnCeph(keep: keep, filesystem: filesystem)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        self.terminal.chapter("Clean up")
        try await self.terminal.step("Ceph is ended and its directory removed") {
            try await Program.run(self.project.appending("dev/ceph"), ["down", self.ceph.string, "--purge"])
        }
        if case .failure(let error) = outcome {
            self.terminal.show("The logs stay in \(self.directory)")
            throw error
        }
        try FileManager.default.removeItem(atPath: self.directory.string)
        self.terminal.done(keep ? "All is ended" : "Every step went as it should, and nothing is left behind")
    }

    private func playOnCeph(keep: Bool, filesystem: String) async throws {
        self.terminal.chapter("A cluster and its nodes")
        try await self.terminal.step("Ceph starts: a monitor, a manager and an OSD on loopback") {
            try await Program.run(self.project.appending("dev/ceph"), ["up", self.ceph.string])
        }
        let threads = BlockingPool(threads: 4, name: "demo")
        let target = try self.target(user: "admin")
        let cluster = try await Cluster.connect(to: target, pool: threads)
        let main = try await cluster.ioContext(pool: Self.pool)
        try await main.createNamespace(Self.namespace)
        try self.writeConfiguration(monitors: target.monitors)
        try await withThrowingTaskGroup(of: Void.self) { group in
            self.startProcesses(in: &group)
            let controller = try Clients(socket: self.controllerSocket)
            let nodes = try Self.nodes.map { ($0, try Clients(socket: self.nodeSocket($0))) }
            for client in [controller] + nodes.map(\.1) { group.addTask { try await client.run() } }
            group.addTask {
                try await self.terminal.step(
                    "Locker starts: a controller, and a node and a data process for each of two nodes"
                ) {
                    for client in [controller] + nodes.map(\.1) {
                        try await client.waitUntilReady(within: .seconds(30))
                    }
                }
                if keep {
                    try await self.explainAndWait()
                } else {
                    let story = Story(
                        world: self,
                        controller: controller,
                        nodes: Dictionary(uniqueKeysWithValues: nodes),
                        key: try self.target(user: "csi").key,
                        filesystem: filesystem,
                        context: try await cluster.ioContext(pool: Self.pool, namespace: Self.namespace)
                    )
                    try await story.play()
                }
                throw StoryEnded()
            }
            do {
                while try await group.next() != nil {}
            } catch is StoryEnded {
                // The others are asked to end, and are waited for.
            }
            group.cancelAll()
            while let result = await group.nextResult() { _ = result }
        }
        await cluster.close()
    }

    private struct StoryEnded: Error {}

    private func startProcesses(in group: inout ThrowingTaskGroup<Void, any Error>) {
        let common = ["--log-format", "text", "--log-level", "info"]
        let config = ["--config", self.directory.appending("config.json").string]
        group.addTask {
            try await Program.serve(
                self.locker,
                [
                    "controller", "--endpoint", "unix://\(self.controllerSocket)",
                    "--instance-key", self.directory.appending("instance.key").string,
                ] + config + common,
                log: self.directory.appending("controller.log")
            )
        }
        for node in Self.nodes {
            let state = [
                "--state-dir", self.state(node).string, "--data-socket", "unix://\(self.state(node)).data.sock",
            ]
            group.addTask {
                try await Program.serve(
                    self.locker,
                    ["data"] + state + common,
                    log: self.directory.appending("\(node).data.log")
                )
            }
            group.addTask {
                try await Program.serve(
                    self.locker,
                    ["node", "--node-id", node, "--endpoint", "unix://\(self.nodeSocket(node))"] + state + config
                        + common,
                    log: self.directory.appending("\(node).log")
                )
            }
        }
    }

    private func writeConfiguration(monitors: [String]) throws {
        struct Entry: Encodable {
            let clusterID: String
            let monitors: [String]
        }
        let config = try JSONEncoder().encode([Entry(clusterID: "demo", monitors: monitors)])
        try HostFile.replace(self.directory.appending("config.json"), with: Array(config))
        // A key for this story only; a real one is a Secret that outlives the controller.
        let key = (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined()
        try HostFile.replace(self.directory.appending("instance.key"), with: Array(key.utf8))
    }

    /// The cluster as one of its users.
    func target(user: String) throws -> ClusterTarget {
        let conf = String(decoding: try HostFile.read(self.ceph.appending("ceph.conf")), as: UTF8.self)
        let keyring = String(decoding: try HostFile.read(self.ceph.appending("client.\(user).keyring")), as: UTF8.self)
        guard let monitors = Self.value("mon_host", in: conf) ?? Self.value("mon host", in: conf),
            let key = Self.value("key", in: keyring)
        else { throw DemoError("dev/ceph left no address or key in \(self.ceph)") }
        return ClusterTarget(monitors: [monitors], user: user, key: Secret(key))
    }

    private static func value(_ name: String, in text: String) -> String? {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map { part in
                String(part.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " }.reversed())
            }
            if parts.count == 2, parts[0] == name { return parts[1] }
        }
        return nil
    }

    private func explainAndWait() async throws {
        self.terminal.chapter("Running")
        self.terminal.show(
            """
            CSI controller   unix://\(self.controllerSocket)
            CSI node-a       unix://\(self.nodeSocket("node-a"))
            CSI node-b       unix://\(self.nodeSocket("node-b"))
            Ceph             CEPH_CONF=\(self.ceph)/ceph.conf   (ceph -s, rbd -p \(Self.pool) --namespace \(Self.namespace) ls)
            parameters       clusterID=demo pool=\(Self.pool) radosNamespace=\(Self.namespace)
            secrets          userID=csi userKey=(the key in \(self.ceph)/client.csi.keyring)
            logs             \(self.directory)/*.log
            volumes          \(self.programs)/lockerctl \(try self.volumesArguments().joined(separator: " "))
            Ctrl-C ends all of it.
            """
        )
        let signals = AsyncStream<Void> { continuation in
            signal(SIGINT, SIG_IGN)
            let source = SignalWatch(continuation)
            continuation.onTermination = { _ in source.cancel() }
        }
        for await _ in signals { return }
    }
}
