// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker
internal import LockerProto
internal import Rados

/// `lockerctl erasure list`
struct ErasureListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List erasures: those that go on, with what holds them up, and those that are done."
    )

    @OptionGroup var scope: ErasureScope

    @Flag(help: "Leave out those that are done, for which every receipt is read.")
    var pending = false

    @Option(help: "table, json or yaml.")
    var output: OutputFormat = .table

    func run() async throws {
        try await self.scope.withArchives { archives in
            var rows: [ErasureRow] = []
            let now = WallClock.system.milliseconds
            for archive in archives {
                let namespace = archive.io.namespace
                for record in try await archive.pending() where self.scope.includes(record) {
                    rows.append(ErasureRow(record, namespace: namespace, now: now))
                }
                guard !self.pending else { continue }
                for filed in try await archive.receipts() where self.scope.includes(filed) {
                    rows.append(ErasureRow(filed, namespace: namespace))
                }
            }
            // Those that go on first, and of each kind the oldest.
            rows.sort { ($0.erased ?? "", $0.deleted, $0.name) < ($1.erased ?? "", $1.deleted, $1.name) }
            try self.output.show(rows, isCopied: true) { ErasureRow.table(rows) }
        }
    }
}
