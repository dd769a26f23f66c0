// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Host
internal import Rados
internal import Redaction
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

/// An installation of Locker: its files, the processes that were started for it, and a RADOS namespace of its own.
///
/// Safe to use from any task.
final class Installation: Sendable {
    /// The cluster that its volumes are on.
    let cluster: TestCluster
    /// The pool and namespace of its volumes, on a connection that is not the driver's.
    let context: IOContext
    /// Whether nobody else's volumes are on the cluster.
    let isAlone: Bool
    /// Everything it has on this machine; short, since sockets are in it.
    let directory: FilePath

    private struct State {
        var started: [LockerProcess] = []
        var count = 0
    }

    private let state = Mutex(State())

    /// The clusterID in config.json.
    static let clusterID = "lab"

    private init(cluster: TestCluster, isAlone: Bool, context: IOContext, directory: FilePath) {
        self.cluster = cluster
        self.isAlone = isAlone
        self.context = context
        self.directory = directory
    }

    /// Lends an installation to `body`, ends its processes afterwards and makes sure that nothing of it is left.
    ///
    /// - Parameter cluster: one that belongs to the test; without it, that of all tests.
    static func with(
        _ cluster: TestCluster? = nil,
        _ body: (Installation) async throws -> Void
    ) async throws {
        await Turnstile.shared.enter()
        do {
            if let cluster {
                try await self.run(cluster, isAlone: true, body)
            } else {
                try await self.run(TestCluster.shared(), isAlone: false, body)
            }
        } catch {
            await Turnstile.shared.leave()
            throw error
        }
        await Turnstile.shared.leave()
    }

    static func run(
        _ cluster: TestCluster,
        isAlone: Bool,
        _ body: (Installation) async throws -> Void
    ) async throws {
        try await cluster.withNamespace { context in
            var template = Array("/tmp/lk-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw SetUpError("no folder can be made in /tmp") }
            let name = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let installation = Installation(
                cluster: cluster,
                isAlone: isAlone,
                context: context,
                directory: FilePath(name)
            )
            try installation.writeFiles()
            do {
                try await body(installation)
            } catch {
                // The body's own error is the one to report; what it left behind goes as well as it can.
                installation.showLog()
                await installation.end(inOrder: false)
                try? installation.sweep(reporting: false)
                throw error
            }
            await installation.end(inOrder: true)
            try installation.sweep(reporting: true)
        }
    }

    /// A file or folder of the installation.
    func path(_ name: String) -> FilePath { self.directory.appending(name) }

    /// Writes a file of the installation.
    @discardableResult
    func write(_ text: String, to name: String) throws -> FilePath {
        let path = self.path(name)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path.string))
        return path
    }

    private func writeFiles() throws {
        try self.write("correct-horse-battery-staple\n", to: "instance-key")
        try self.write(self.cluster.csi.key.reveal(), to: "key")
        try self.write(self.configuration(monitors: self.cluster.monitors), to: "config.json")
        try self.write(
            #"[{"clusterID":"lab","userID":"csi","keyFile":"\#(self.path("key"))","pools":["students"]}]"#,
            to: "instance.json"
        )
    }

    /// The text of a config.json.
    func configuration(monitors: [String]) -> String {
        let list = monitors.map { "\"\($0)\"" }.joined(separator: ",")
        return #"[{"clusterID":"lab","monitors":[\#(list)]}]"#
    }

    /// Starts a process and keeps it in mind, to end it at the end.
    func start(
        _ arguments: [String],
        socket: String,
        environment: [String: String] = [:]
    ) async throws -> LockerProcess {
        let process = try await LockerProcess(
            arguments,
            socket: self.path(socket),
            log: self.path("log"),
            environment: environment
        )
        self.state.withLock { $0.started.append(process) }
        return process
    }

    /// A number that no other call gives.
    func next() -> Int {
        self.state.withLock { state in
            state.count += 1
            return state.count
        }
    }

    /// Ends what was started, the last first.
    private func end(inOrder: Bool) async {
        for process in self.state.withLock({ $0.started }).reversed() {
            if inOrder { await process.terminate() } else { await process.kill() }
        }
    }

    /// Prints the last of what its processes said, for a test that failed.
    private func showLog() {
        guard let log = try? String(contentsOfFile: self.path("log").string, encoding: .utf8) else { return }
        let lines = log.split(separator: "\n").suffix(40).joined(separator: "\n")
        FileHandle.standardError.write(Data("--- \(self.directory)/log\n\(lines)\n---\n".utf8))
    }

    /// Takes down what is left of mounts and devices, and removes the folder.
    private func sweep(reporting: Bool) throws {
        let mounts = try MountTable.read().entries.map(\.mountPoint).filter { $0.starts(with: self.directory) }
        if reporting {
            #expect(mounts.isEmpty, "mounts are left")
            #expect(try self.loopDevices().isEmpty, "loop devices are left")
        }
        // Found before the mounts go, since the path of its file tells whose a device is. Lazily, since what is below
        // a killed data process answers nothing but errors.
        let devices = try self.loopDevices()
        for mount in mounts.reversed() { umount2(mount.string, CInt(MNT_DETACH)) }
        for device in devices { try device.detach() }
        try FileManager.default.removeItem(atPath: self.directory.string)
    }

    /// The loop devices that show a file of the installation.
    func loopDevices() throws -> [LoopDevice] {
        LoopDevice.attached().filter { $0.backingFile?.starts(with: self.directory) ?? false }
    }
}
