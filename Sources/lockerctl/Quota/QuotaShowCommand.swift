// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker

/// `lockerctl quota show`
struct QuotaShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what a student, or the whole course, has and may have."
    )

    @OptionGroup var place: QuotaPlace

    @OptionGroup var owner: QuotaOwner

    @Option(help: "table, json or yaml.")
    var output: OutputFormat = .table

    func run() async throws {
        let row = try await self.place.withQuotas(of: self.owner.course) { quotas in
            QuotaRow(try await quotas.standing(of: self.owner.student ?? ""))
        }
        try self.output.show(row) { QuotaRow.table([row]) }
    }
}
