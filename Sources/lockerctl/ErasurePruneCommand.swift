// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import Locker
internal import SystemPackage

/// `lockerctl erasure prune`
struct ErasurePruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove the receipts of volumes that were erased before a date.",
        discussion: """
            A receipt that is removed can only be verified where it was exported: say --export. Receipts that cannot be \
            read stay.
            """
    )

    @OptionGroup var place: PoolOptions

    @Option(help: "Only receipts of this course.", completion: ClusterCompletion.courses)
    var course: String?

    @Option(help: "The date: 2022-09-30, from its beginning in UTC, or a time as 2022-09-30T12:00:00Z.")
    var before: String

    @Option(
        help: "A file that gets the receipts first, one a line in JSON; it is added to, and may not be a directory."
    )
    var export: String?

    @Flag(help: "Say how many there are, and change nothing.")
    var dryRun = false

    @Flag(help: "Ask nobody.")
    var yes = false

    func run() async throws {
        guard let time = DateText.milliseconds(self.before) else {
            throw ValidationError("--before \(self.before) is neither a date as 2022-09-30 nor a time")
        }
        try await self.place.withNamespaces { contexts in
            var archives: [ErasureArchive] = []
            for io in contexts {
                if let archive = try await ErasureArchive.open(io) { archives.append(archive) }
            }
            if self.dryRun || !self.yes {
                var count = 0
                for archive in archives { count += try await archive.prunable(before: time, course: self.course) }
                print("\(count) receipts are of before \(DateText.iso8601(milliseconds: time))")
                guard !self.dryRun, count > 0 else { return }
                print("They will be removed for good. Type yes to go on: ", terminator: "")
                fflush(nil)
                guard readLine() == "yes" else { throw ExitCode(4) }
            }
            let file = try self.export.map { path in
                try FileDescriptor.open(
                    FilePath(path),
                    .writeOnly,
                    options: [.create, .append],
                    permissions: [.ownerReadWrite, .groupRead]
                )
            }
            // What the export says of keys is what is filed of them by now.
            var fates = KeyFates([])
            if file != nil, let archive = archives.first {
                fates = KeyFates(try await KeyDestructionStore(besides: archive.io).filed(course: self.course))
            }
            var count = 0
            for archive in archives {
                count += try await archive.prune(before: time, course: self.course) { page in
                    if let file { try Self.write(page, fates, to: file) }
                }
            }
            try file?.close()
            print("\(count) receipts removed")
        }
    }

    /// Adds receipts to a file, and waits until they are on the disk.
    private static func write(_ page: [FiledReceipt], _ fates: KeyFates, to file: FileDescriptor) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for filed in page {
            guard let receipt = filed.receipt else { continue }
            var line = Array(try encoder.encode(ReceiptDocument(receipt, filed, fates)))
            line.append(UInt8(ascii: "\n"))
            try file.writeAll(line)
        }
        guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
}
