// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker

/// `lockerctl erasure show`
struct ErasureShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the receipt of a deleted volume, as it was written; verify tells what it is worth."
    )

    @OptionGroup var scope: ErasureScope

    @Argument(help: "The image's id, or the volume's name.")
    var name: String

    @Option(help: "table (a line a field), or json or yaml, which have the signed bytes too.")
    var output: OutputFormat = .table

    func run() async throws {
        try await self.scope.withArchives { archives in
            var found: [FiledReceipt] = []
            for archive in archives {
                found += try await archive.receipts(of: self.name).filter(self.scope.includes)
            }
            guard !found.isEmpty else {
                StandardError.complain("there is no receipt of \(self.name); lockerctl erasure list tells what goes on")
                throw ErasureExit.missing
            }
            let fates = try await self.scope.keyFates(of: archives)
            let documents = found.compactMap { filed in filed.receipt.map { ReceiptDocument($0, filed, fates) } }
            guard documents.count == found.count else {
                StandardError.complain("the receipt of \(self.name) cannot be read: it was tampered with")
                throw ErasureExit.refused
            }
            let text = documents.map(\.text).joined(separator: "\n\n")
            try self.output.show(documents, isCopied: true) { text }
        }
    }
}
