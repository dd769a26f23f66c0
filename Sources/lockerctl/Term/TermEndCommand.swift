// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Glibc
internal import Host
internal import Locker
internal import Logging
internal import Rados
internal import SystemPackage

/// `lockerctl term end`
struct TermEndCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end",
        abstract: "Delete every volume and snapshot of a course, and wait until the data is proved to be gone.",
        discussion: """
            Shows what there is and asks for the course's name before it deletes anything; --dry-run only shows. Volumes \
            that a node has are refused: end the pods first. Cut short, it is gone on with by repeating it. Kubernetes' \
            claims and PersistentVolumes are not touched: delete them before or afterwards.

            Ends with 0 if all is erased, 3 if something is left (the report says why), 4 if it was not confirmed, 1 if \
            the cluster could not be asked, 64 for a wrong option.
            """
    )

    private static let left = ExitCode(3)
    private static let unconfirmed = ExitCode(4)

    @OptionGroup var connection: ConnectionOptions

    @Option(help: "The pool.")
    var pool: String

    @Option(help: "The course.")
    var course: String

    @Option(help: "The file of the controller's --instance-key.")
    var instanceKey: String

    @Option(help: "The driver's name, as the controller's --driver-name.")
    var driverName: String = "rbd.locker.csi"

    @OptionGroup var keyEnd: KeyDestructionOptions

    @Flag(help: "Show what would be erased, and change nothing.")
    var dryRun = false

    @Flag(help: "Ask nobody.")
    var yes = false

    @Option(help: "How many seconds to wait for the erasures; the controllers go on with those that take longer.")
    var wait: Int = 3600

    @Option(help: "A file for the report as a page to print (HTML).")
    var report: String?

    @Option(help: "table, json or yaml.")
    var output: OutputFormat = .table

    func validate() throws {
        guard self.wait >= 0 else { throw ValidationError("--wait \(self.wait) is less than nothing") }
        guard self.yes || self.dryRun || self.output == .table else {
            throw ValidationError("--output \(self.output.rawValue) asks nobody: add --yes or --dry-run")
        }
    }

    func run() async throws {
        let keys = try TrustOptions.instanceKeys(self.instanceKey)
        let target = try self.connection.target()
        let threads = BlockingPool(threads: 16, name: "ceph")
        let clusters = ClusterPool(threads: threads)
        let identity = ControllerIdentity(instance: self.driverName, process: "lockerctl-\(getpid())")
        // What goes wrong is in the report.
        let logger = Logger(label: "lockerctl") { _ in SwiftLogNoOpLogHandler() }
        let erasures = Erasures(
            clusters: clusters,
            layouts: LayoutCache(),
            identity: identity,
            keys: keys,
            version: "lockerctl",
            logger: logger
        )
        let volumes = Volumes(
            clusters: clusters,
            keys: keys,
            identity: identity,
            erasures: erasures,
            logger: logger
        )
        let term = TermEnd(
            course: self.course,
            volumes: volumes,
            at: VolumeLocation(clusterID: "", target: target)
        )
        let outcome: Result<ExitCode?, any Error>
        do {
            outcome = .success(try await self.run(term, on: target, by: clusters))
        } catch {
            outcome = .failure(error)
        }
        await volumes.finishAfterwards()
        await erasures.close()
        await clusters.close()
        await threads.shutdown()
        if let code = try outcome.get() { throw code }
    }

    private func run(_ term: TermEnd, on target: ClusterTarget, by clusters: ClusterPool) async throws -> ExitCode? {
        let lease = try await clusters.cluster(for: target)
        var contexts: [IOContext] = []
        var found: [TermVolume] = []
        for namespace in try await VolumeListing().namespaces(of: self.pool, on: lease.cluster) {
            let io = try await lease.cluster.ioContext(pool: self.pool, namespace: namespace)
            let there = try await term.survey(io)
            if !there.isEmpty { contexts.append(io) }
            found += there
        }
        if self.dryRun || found.isEmpty {
            try self.show(found)
            return self.dryRun ? nil : try await self.endKeys(on: lease.cluster)
        }
        if !self.yes {
            try self.show(found)
            guard self.isConfirmed(found) else { return Self.unconfirmed }
        }
        let bar = ProgressBar("erasing")
        var ended: [TermVolume] = []
        for io in contexts {
            ended += try await term.end(io, patience: .seconds(self.wait)) { bar.show($0, of: $1) }
        }
        bar.end()
        try self.show(ended)
        guard ended.allSatisfy({ $0.outcome == .erased }) else { return Self.left }
        return try await self.endKeys(on: lease.cluster)
    }

    /// Destroys the course's key-encryption keys, if they were named, once nothing needs them.
    private func endKeys(on cluster: Cluster) async throws -> ExitCode? {
        let destruction = CourseKeyDestruction(
            course: self.course,
            identity: ControllerIdentity(
                instance: self.driverName,
                process: "lockerctl on \(KeysDestroyCommand.hostName)"
            ),
            keys: try TrustOptions.instanceKeys(self.instanceKey),
            version: "lockerctl"
        )
        let io = try await cluster.ioContext(pool: self.pool)
        return try await self.keyEnd.destroy(destruction, course: self.course, in: io) ? nil : Self.left
    }

    private func show(_ volumes: [TermVolume]) throws {
        let report = TermReport(course: self.course, pool: self.pool, volumes: volumes)
        try self.output.show(report, isCopied: true) { report.text() }
        if let path = self.report { try HostFile.replace(FilePath(path), with: Array(report.html().utf8)) }
    }

    private func isConfirmed(_ found: [TermVolume]) -> Bool {
        let bytes = Quantity.rough(found.reduce(0) { $0 + $1.bytes })
        print(
            "\(found.count) volumes (\(bytes)) of course \(self.course) will be erased for good."
                + " Type the course's name to go on: ",
            terminator: ""
        )
        fflush(nil)
        return readLine() == self.course
    }
}
