// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker

/// `lockerctl quota set`
struct QuotaSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Let a student, or the whole course, have more or less than the class says.",
        discussion: """
            It counts from now on and until it is unset, for new volumes and for growth. What is there already is never
            taken, however low the quota.
            """
    )

    @OptionGroup var place: QuotaPlace

    @OptionGroup var owner: QuotaOwner

    @Option(
        help: "Bytes of all volumes together, as Kubernetes writes them: 20Gi. 0 allows no growth and no new volume."
    )
    var bytes: String?

    @Option(help: "How many volumes. 0 allows no new one.")
    var volumes: Int64?

    @Option(help: "table, json or yaml.")
    var output: OutputFormat = .table

    func validate() throws {
        guard self.bytes != nil || self.volumes != nil else {
            throw ValidationError("say what it may have: --bytes, --volumes or both")
        }
        if let bytes, Quantity.value(bytes) == nil {
            throw ValidationError("--bytes \(bytes) is no quantity of bytes such as 20Gi")
        }
        if let volumes, volumes < 0 { throw ValidationError("--volumes \(volumes) is negative") }
    }

    func run() async throws {
        let change = try await self.place.withQuotas(of: self.owner.course) { quotas in
            try await quotas.set(of: self.owner.student ?? "") { bounds in
                if let bytes { bounds.bytes = Quantity.value(bytes) }
                if let volumes { bounds.volumes = volumes }
            }
        }
        try self.output.show(QuotaChange(change)) { QuotaChange(change).text }
    }
}
