// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker
internal import LockerProto

/// `lockerctl erasure verify`
struct ErasureVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify receipts: the signature, and that the cluster really has nothing of the image now.",
        discussion: """
            Without --public-key or --instance-key a receipt is not verified, since anybody who may write to the pool \
            can write one and sign it with a key of their own. Exit codes: 0 all verified, 1 one was refused, 2 none \
            was refused but one is unsigned or its signer not known, 3 there is no such receipt, 69 the cluster cannot \
            be asked.
            """
    )

    private struct Row: Encodable {
        let image: String
        let volume: String
        let course: String
        let student: String
        /// `verified`, `refused`, `unsigned` or `unknown-signer`.
        let verdict: String
        /// `none`, `key-removed` or `kek-destroyed`.
        let key: String
        let faults: [String]
        let gone: [String]
    }

    @OptionGroup var scope: ErasureScope
    @OptionGroup var trust: TrustOptions

    @Argument(help: "Image ids or volume names; every receipt of course and student without.")
    var names: [String] = []

    @Flag(help: "List the pool for data objects even where asking for each by its name is cheaper.")
    var thorough = false

    @Option(help: "table, json or yaml.")
    var output: OutputFormat = .table

    func run() async throws {
        let keys = try self.trust.keys()
        try await self.scope.withArchives { archives in
            var rows: [Row] = []
            var missing = Set(self.names)
            let search = DataSearch(alwaysLists: self.thorough)
            let fates = try await self.scope.keyFates(of: archives)
            for archive in archives {
                var filed: [FiledReceipt] = self.names.isEmpty ? try await archive.receipts() : []
                for name in self.names {
                    let found = try await archive.receipts(of: name)
                    if !found.isEmpty { missing.remove(name) }
                    filed += found
                }
                rows += try await Self.verify(filed.filter(self.scope.includes), in: archive, keys, search, fates)
            }
            rows.sort { ($0.course, $0.student, $0.volume, $0.image) < ($1.course, $1.student, $1.volume, $1.image) }
            try self.show(rows)
            for name in missing.sorted() { StandardError.complain("there is no receipt of \(name)") }
            let verdicts = Set(rows.map(\.verdict))
            if verdicts.contains("refused") { throw ErasureExit.refused }
            if !missing.isEmpty { throw ErasureExit.missing }
            if verdicts.subtracting(["verified"]).isEmpty { return }
            throw ErasureExit.unproven
        }
    }

    /// Verifies many at once, so that those that need a list of the pool share it.
    private static func verify(
        _ filed: [FiledReceipt],
        in archive: ErasureArchive,
        _ keys: Set<ReceiptPublicKey>,
        _ search: DataSearch,
        _ fates: KeyFates
    ) async throws -> [Row] {
        var rows: [Row] = []
        for start in stride(from: 0, to: filed.count, by: 256) {
            let part = filed[start..<min(start + 256, filed.count)]
            rows += try await withThrowingTaskGroup(of: Row.self) { group in
                for filed in part {
                    group.addTask {
                        let verdict = try await archive.verify(filed, trusting: keys, search: search)
                        return Self.row(filed, verdict, keys, fates)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        return rows
    }

    private static func row(
        _ filed: FiledReceipt,
        _ verdict: ReceiptVerdict,
        _ keys: Set<ReceiptPublicKey>,
        _ fates: KeyFates
    ) -> Row {
        var faults = verdict.faults
        if let course = filed.receipt?.course, fates.isTampered(course: course) {
            faults.append("what is filed of the course's key-encryption keys was changed")
        }
        let word =
            if !faults.isEmpty {
                "refused"
            } else {
                switch verdict.signature {
                case .trusted: "verified"
                case .missing: "unsigned"
                default: "unknown-signer"
                }
            }
        return Row(
            image: filed.imageID,
            volume: filed.receipt?.requestName ?? "",
            course: filed.receipt?.course ?? "",
            student: filed.receipt?.student ?? "",
            verdict: word,
            key: filed.receipt.map {
                ReceiptDocument.word(fates.fate(of: $0, signedBy: filed.signer, trusting: keys))
            } ?? "",
            faults: faults,
            gone: verdict.gone
        )
    }

    private func show(_ rows: [Row]) throws {
        try self.output.show(rows, isCopied: true) {
            let cells = rows.map { row in
                let reason = row.faults.isEmpty ? "not found: \(row.gone.joined(separator: ", "))" : row.faults[0]
                let more = row.faults.count > 1 ? " (and \(row.faults.count - 1) more)" : ""
                return [
                    row.verdict, row.key.orDash, row.course, row.student.orDash, row.volume, row.image, reason + more,
                ]
            }
            return TextTable.text(["VERDICT", "KEY", "COURSE", "STUDENT", "VOLUME", "IMAGE", "WHY"], cells)
        }
    }
}
