// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker

/// `lockerctl quota unset`
struct QuotaUnsetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unset",
        abstract: "Let what the class says count again for a student, or for the whole course."
    )

    @OptionGroup var place: QuotaPlace

    @OptionGroup var owner: QuotaOwner

    @Flag(help: "Only the bytes.")
    var bytes = false

    @Flag(help: "Only the number of volumes.")
    var volumes = false

    @Option(help: "table, json or yaml.")
    var output: OutputFormat = .table

    func run() async throws {
        let both = self.bytes == self.volumes
        let change = try await self.place.withQuotas(of: self.owner.course) { quotas in
            try await quotas.set(of: self.owner.student ?? "") { bounds in
                if self.bytes || both { bounds.bytes = nil }
                if self.volumes || both { bounds.volumes = nil }
            }
        }
        try self.output.show(QuotaChange(change)) { QuotaChange(change).text }
    }
}
