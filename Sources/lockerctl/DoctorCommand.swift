// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Glibc
internal import Host
internal import Locker
internal import Rados
internal import SystemPackage

/// `lockerctl doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Compare records, images, keys, locks, trash and ledgers, and say what does not fit together.",
        discussion: """
            Looks twice, some seconds apart, since volumes come and go. Nothing is changed without --repair, which says what
            it would do and asks: ledgers and records that disagree with what is there, and locks of clients that are fenced.
            Images, keys and data are never touched.

            Ends with 0 if everything fits or was repaired, 3 if something is left, 1 if the cluster could not be asked.
            """
    )

    /// A finding, and where it was found.
    private typealias Found = (finding: Finding, io: IOContext)

    /// The exit code that says that something does not fit.
    private static let unfit: Int32 = 3

    @OptionGroup var place: PoolOptions

    @Option(
        help: """
            A class' template, to see whether it is there: image@snapshot or namespace/image@snapshot; may be repeated. \
            Without a namespace it is that of --namespace, or the pool's default one.
            """
    )
    var template: [String] = []

    @Option(
        help: """
            What kubectl get persistentvolumes,volumeattachments,nodes -o json prints, in a file, or - for the standard \
            input: to compare it with the records.
            """
    )
    var kubernetes: String?

    @Option(help: "The driver's name: which of those PersistentVolumes are looked at.")
    var driverName: String = "rbd.locker.csi"

    @Option(help: "table, json or yaml.")
    var output: OutputFormat = .table

    @Flag(help: "Repair what can be repaired without harm.")
    var repair = false

    @Flag(help: "Repair without asking first.")
    var yes = false

    func validate() throws {
        guard self.repair, self.output != .table, !self.yes else { return }
        throw ValidationError("--repair --output \(self.output.rawValue) asks nobody: add --yes")
    }

    func run() async throws {
        // A wrong file is told before anybody waits for the cluster.
        let objects = try self.kubernetesObjects()
        let left = try await self.place.withNamespaces { contexts in
            let checkup = Checkup()
            var found = try await checkup.findings(in: contexts) + self.templates(contexts, by: checkup)
            if let objects {
                found += try await checkup.findings(of: objects, driver: self.driverName, in: contexts)
            }
            let findings = found.map(\.finding)
            try self.output.show(findings) { Self.text(findings) }
            let repairable = found.filter(\.finding.isRepairable)
            guard self.repair, !repairable.isEmpty else { return found.count }
            guard self.isAllowed(repairable.map(\.finding)) else { return found.count }
            return found.count - (try await Self.repair(repairable, by: checkup))
        }
        guard left == 0 else {
            if self.repair { StandardError.complain("\(left) left: see what each says to do") }
            throw ExitCode(Self.unfit)
        }
    }

    /// What does not fit of the templates that were named.
    private func templates(_ contexts: [IOContext], by checkup: Checkup) async throws -> [Found] {
        guard let any = contexts.first else { return [] }
        let io = try await any.cluster.ioContext(poolID: any.poolID, namespace: self.place.namespace ?? "")
        var found: [Found] = []
        for text in self.template {
            do {
                found += try await checkup.findings(ofTemplate: text, in: io).map { (finding: $0, io: io) }
            } catch let error as LockerError where error.code == .invalidArgument {
                throw ValidationError("--template: \(error.message)")
            }
        }
        return found
    }

    /// Kubernetes' objects; `nil` if none were given.
    private func kubernetesObjects() throws -> KubernetesObjects? {
        guard let path = self.kubernetes else { return nil }
        do {
            return try KubernetesObjects(parsing: HostFile.read(path == "-" ? "/dev/stdin" : FilePath(path)))
        } catch let error as HostError {
            throw ValidationError("--kubernetes \(path) cannot be read: \(error)")
        } catch let error as LockerError where error.code == .invalidArgument {
            throw ValidationError("--kubernetes \(path): \(error.message)")
        }
    }

    private static func text(_ findings: [Finding]) -> String {
        guard !findings.isEmpty else { return TerminalStyle.success("Everything fits together.") }
        let blocks = findings.map { finding in
            let place = finding.namespace.isEmpty ? "" : " in \(finding.namespace)"
            return """
                \(TerminalStyle.warning(finding.kind.rawValue))\(place): \(finding.subject)
                    \(finding.explanation)
                    → \(finding.remedy)
                """
        }
        return blocks.joined(separator: "\n") + "\n\(findings.count) found."
    }

    /// Says what would be done, and asks whoever sits at the terminal.
    private func isAllowed(_ findings: [Finding]) -> Bool {
        for finding in findings {
            // Not into the JSON.
            StandardError.write("repair \(finding.kind.rawValue) \(finding.subject): \(finding.repairInWords ?? "")\n")
        }
        if self.yes { return true }
        print("Do these \(findings.count)? [y/N] ", terminator: "")
        fflush(nil)
        return ["y", "yes"].contains(readLine()?.lowercased())
    }

    /// - Returns: how many were repaired.
    private static func repair(_ found: [Found], by checkup: Checkup) async throws -> Int {
        var count = 0
        for (finding, io) in found {
            var word = "repaired"
            do {
                try await checkup.repair(finding, in: io)
                count += 1
            } catch let error as LockerError {
                word = "could not repair (\(error.message))"
            }
            StandardError.complain("\(word) \(finding.kind.rawValue): \(finding.subject)")
        }
        return count
    }
}
