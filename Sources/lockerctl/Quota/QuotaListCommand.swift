// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker

/// `lockerctl quota list`
struct QuotaListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List what each student of a course, or of every course of the pool, has and may have."
    )

    @OptionGroup var place: QuotaPlace

    @Option(help: "Only this course.", completion: ClusterCompletion.courses)
    var course: String?

    @Option(help: "table, json or yaml.")
    var output: OutputFormat = .table

    func run() async throws {
        let rows = try await self.place.withQuotas(of: self.course) { (courses: [CourseQuotas]) in
            var rows: [QuotaRow] = []
            for quotas in courses { rows += try await quotas.standings().map(QuotaRow.init) }
            return rows
        }
        try self.output.show(rows) { QuotaRow.table(rows) }
    }
}
