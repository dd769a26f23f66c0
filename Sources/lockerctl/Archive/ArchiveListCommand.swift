// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker

/// `lockerctl archive list`
struct ArchiveListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List archives, with until when they are kept."
    )

    @OptionGroup var scope: ArchiveScope

    @Option(help: "table, json or yaml.")
    var output: OutputFormat = .table

    func run() async throws {
        try await self.scope.withArchives { _, found in
            try Self.show(found.flatMap(\.archives), as: self.output)
        }
    }

    /// Prints archives.
    static func show(_ archives: [ArchivedVolume], as output: OutputFormat) throws {
        let rows = archives.map { archive in
            [
                archive.state.rawValue, archive.course, archive.student.orDash, archive.volume, archive.claim.orDash,
                archive.image.orDash, Quantity.rough(archive.bytes), Quantity.rough(archive.contentBytes),
                archive.keptUntil,
            ]
        }
        let titles = ["STATE", "COURSE", "STUDENT", "VOLUME", "CLAIM", "IMAGE", "SIZE", "CONTENT", "KEPT UNTIL"]
        try output.show(archives, isCopied: true) { TextTable.text(titles, rows) }
    }
}
