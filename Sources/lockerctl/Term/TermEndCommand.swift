// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Glibc
internal import Host
internal import Locker
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

            With --archive-to each volume is copied to another pool, compared, and only then erased; its snapshots are \
            not. Delete claims and PersistentVolumes afterwards then. What lockerctl archive shows is kept until \
            --keep-until. No key-encryption key is destroyed then, since archives of encrypted volumes need them.

            Ends with 0 if all is erased or archived, 3 if something is left (the report says why), 4 if it was not \
            confirmed, 1 if the cluster could not be asked, 64 for a wrong option.
            """
    )

    private static let left = ExitCode(3)
    private static let unconfirmed = ExitCode(4)

    @OptionGroup var installation: InstallationOptions

    @Option(help: "The pool.", completion: ClusterCompletion.pools)
    var pool: String

    @Option(help: "The course.", completion: ClusterCompletion.courses)
    var course: String

    @Option(help: "Another pool of the cluster, that every volume is copied to before it is erased.")
    var archiveTo: String?

    @Option(help: "Until when archives are kept: 2027-03-31, to the end of that day in UTC, or 2027-03-31T12:00:00Z.")
    var keepUntil: String?

    @OptionGroup var keys: ArchiveKeyOptions

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
        guard (self.archiveTo == nil) == (self.keepUntil == nil) else {
            throw ValidationError("--archive-to and --keep-until go together")
        }
        guard self.archiveTo != self.pool else {
            throw ValidationError("--archive-to \(self.pool) is the course's own pool; name another one")
        }
        guard self.archiveTo == nil || self.keyEnd.keyEncryptionKeys == nil && !self.keyEnd.lastCopy else {
            throw ValidationError(
                "--key-encryption-keys and --last-copy destroy the keys that open the archives which --archive-to makes; to"
                    + " archive encrypted volumes name their keys by --archive-keys"
            )
        }
        guard self.archiveTo != nil || self.keys.archiveKeys == nil else {
            throw ValidationError("--archive-keys is for archives: say --archive-to and --keep-until, or leave it out")
        }
        guard self.wait >= 0 else { throw ValidationError("--wait \(self.wait) is less than nothing") }
        guard self.yes || self.dryRun || self.output == .table else {
            throw ValidationError("--output \(self.output.rawValue) asks nobody: add --yes or --dry-run")
        }
    }

    func run() async throws {
        try await self.keys.withKeeper(course: self.course) { keeper in
            let order = try self.order(keeper)
            try await self.installation.withVolumes { volumes, cluster, location in
                let term = TermEnd(course: self.course, volumes: volumes, at: location)
                if let code = try await self.run(term, order, on: cluster) { throw code }
            }
        }
    }

    private func order(_ keeper: (any KeyKeeper)?) throws -> ArchiveOrder? {
        guard let pool = self.archiveTo, let text = self.keepUntil else { return nil }
        let date: Int64
        do {
            date = try KeepUntil.milliseconds(text, now: WallClock.system.milliseconds)
        } catch {
            throw ValidationError("--keep-until: \(error.message)")
        }
        return ArchiveOrder(pool: pool, keepUntil: date, keeper: keeper)
    }

    private func run(_ term: TermEnd, _ order: ArchiveOrder?, on cluster: Cluster) async throws -> ExitCode? {
        if self.keyEnd.keyEncryptionKeys != nil {
            // Before anything is erased, as it is looked for again before a key is destroyed.
            for place in try await self.destruction().checkNoArchives(on: cluster) {
                StandardError.complain("\(place) could not be read: whether archives there need the keys is not known")
            }
        }
        var contexts: [IOContext] = []
        var found: [TermVolume] = []
        for namespace in try await VolumeListing().namespaces(of: self.pool, on: cluster) {
            let io = try await cluster.ioContext(pool: self.pool, namespace: namespace)
            let there = try await term.survey(io, forArchive: order != nil)
            if !there.isEmpty { contexts.append(io) }
            found += there
        }
        if self.dryRun || found.isEmpty {
            try self.show(found)
            return self.dryRun ? nil : try await self.endKeys(on: cluster)
        }
        if !self.yes {
            try self.show(found)
            guard self.isConfirmed(found) else { return Self.unconfirmed }
        }
        let bar = ProgressBar(order == nil ? "erasing" : "archiving and erasing")
        var ended: [TermVolume] = []
        for io in contexts {
            ended += try await term.end(io, archive: order, patience: .seconds(self.wait)) { bar.show($0, of: $1) }
        }
        bar.end()
        try self.show(ended)
        guard ended.allSatisfy({ [.erased, .archived].contains($0.outcome) }) else { return Self.left }
        return try await self.endKeys(on: cluster)
    }

    /// Destroys the course's key-encryption keys, if they were named, once nothing needs them.
    private func endKeys(on cluster: Cluster) async throws -> ExitCode? {
        let io = try await cluster.ioContext(pool: self.pool)
        return try await self.keyEnd.destroy(self.destruction(), course: self.course, in: io) ? nil : Self.left
    }

    private func destruction() throws -> CourseKeyDestruction {
        CourseKeyDestruction(
            course: self.course,
            identity: ControllerIdentity(
                instance: self.installation.driverName,
                process: "lockerctl on \(KeysDestroyCommand.hostName)"
            ),
            keys: try TrustOptions.instanceKeys(self.installation.instanceKey),
            version: "lockerctl"
        )
    }

    private func show(_ volumes: [TermVolume]) throws {
        let report = TermReport(course: self.course, pool: self.pool, archivePool: self.archiveTo, volumes: volumes)
        try self.output.show(report, isCopied: true) { report.text() }
        if let path = self.report { try HostFile.replace(FilePath(path), with: Array(report.html().utf8)) }
    }

    private func isConfirmed(_ found: [TermVolume]) -> Bool {
        let bytes = Quantity.rough(found.reduce(0) { $0 + $1.bytes })
        print(
            "\(found.count) volumes (\(bytes)) of course \(self.course) will be erased for good"
                + (self.archiveTo.map { ", after they were copied to pool \($0)." } ?? ".")
                + " Type the course's name to go on: ",
            terminator: ""
        )
        fflush(nil)
        return readLine() == self.course
    }
}
