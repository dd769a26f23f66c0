// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Glibc
internal import Locker
internal import Rados

/// `lockerctl doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Compare records, images, trash and ledgers, and say what does not fit together.",
        discussion: """
            Looks twice, some seconds apart, since volumes come and go. Nothing is changed without --repair, which makes
            ledgers agree with the records after it has shown what it is about to do; data is never touched.

            Ends with 0 if everything fits or was repaired, 3 if something is left, 1 if the cluster could not be asked.
            """
    )

    /// The exit code that says that something does not fit.
    private static let unfit: Int32 = 3

    @OptionGroup var place: PoolOptions

    @Option(help: "table or json.")
    var output: OutputFormat = .table

    @Flag(help: "Repair what can be repaired without harm: ledgers that disagree with the records.")
    var repair = false

    @Flag(help: "Repair without asking first.")
    var yes = false

    func validate() throws {
        guard self.repair, self.output == .json, !self.yes else { return }
        throw ValidationError("--repair --output json asks nobody: add --yes")
    }

    func run() async throws {
        let left = try await self.place.withNamespaces { contexts in
            let checkup = Checkup()
            var found: [(finding: Finding, io: IOContext)] = []
            for io in contexts { found += try await checkup.findings(in: io).map { ($0, io) } }
            try self.show(found.map(\.finding))
            guard self.repair, found.contains(where: \.finding.isRepairable), self.isAllowed() else {
                return found.count
            }
            return found.count - (try await Self.repair(found, by: checkup))
        }
        guard left == 0 else { throw ExitCode(Self.unfit) }
    }

    private func show(_ findings: [Finding]) throws {
        if self.output == .json { return print(try JSONText.text(findings)) }
        for finding in findings {
            let place = finding.namespace.isEmpty ? "" : " in \(finding.namespace)"
            print("\(finding.kind.rawValue)\(place): \(finding.subject)")
            print("    \(finding.explanation)")
            print("    → \(finding.remedy)")
        }
        print(findings.isEmpty ? "Everything fits together." : "\(findings.count) found.")
    }

    /// Asks whoever sits at the terminal.
    private func isAllowed() -> Bool {
        if self.yes { return true }
        print("Repair those that lockerctl can? [y/N] ", terminator: "")
        fflush(nil)
        return ["y", "yes"].contains(readLine()?.lowercased())
    }

    /// - Returns: how many were repaired.
    private static func repair(
        _ found: [(finding: Finding, io: IOContext)],
        by checkup: Checkup
    ) async throws -> Int {
        var count = 0
        for (finding, io) in found where finding.isRepairable {
            var word = "repaired"
            do {
                try await checkup.repair(finding, in: io)
                count += 1
            } catch let error as LockerError {
                word = "could not repair (\(error.message))"
            }
            // Not into the JSON.
            StandardError.complain("\(word) \(finding.kind.rawValue): \(finding.subject)")
        }
        return count
    }
}
