// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker
internal import Rados

/// `lockerctl keys list`
struct KeysListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List encrypted volumes: whose, the name of their key, which key-encryption key wraps it."
    )

    @OptionGroup var place: PoolOptions

    @Option(help: "Only volumes of this course.", completion: ClusterCompletion.courses)
    var course: String?

    @Option(help: "table, json or yaml.")
    var output: OutputFormat = .table

    func run() async throws {
        var rows: [KeyRow] = []
        try await self.place.withNamespaces { contexts in
            for io in contexts {
                for entry in try await KeyRotation().entries(in: io, course: self.course) {
                    rows.append(KeyRow(entry, namespace: io.namespace))
                }
            }
        }
        rows.sort { ($0.course, $0.student, $0.name) < ($1.course, $1.student, $1.name) }
        try self.output.show(rows) { KeyRow.table(rows) }
    }
}
