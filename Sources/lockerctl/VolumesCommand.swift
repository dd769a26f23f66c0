// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker
internal import LockerProto
internal import Rados

/// `lockerctl volumes`
struct VolumesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "volumes",
        abstract: "List volumes: course, student, size, bytes in use, where attached."
    )

    @OptionGroup var place: PoolOptions

    @Option(help: "Only volumes of this course.", completion: ClusterCompletion.courses)
    var course: String?

    @Option(help: "Only volumes of this student.")
    var student: String?

    @Flag(help: "Leave out the bytes in use, for which each image is looked at.")
    var fast = false

    @Option(help: "table, json or yaml.")
    var output: OutputFormat = .table

    func run() async throws {
        let listing = VolumeListing()
        var rows: [VolumeRow] = []
        try await self.place.withNamespaces { contexts in
            for io in contexts {
                for record in try await listing.volumes(in: io) where self.isWanted(record) {
                    let used = self.fast ? nil : try await listing.usedBytes(of: record, in: io)
                    rows.append(VolumeRow(record, namespace: io.namespace, usedBytes: used))
                }
            }
        }
        rows.sort { ($0.course, $0.student, $0.name) < ($1.course, $1.student, $1.name) }
        try self.output.show(rows) { VolumeRow.table(rows) }
    }

    private func isWanted(_ record: VolumeRecord) -> Bool {
        (self.course == nil || record.course == self.course) && (self.student == nil || record.student == self.student)
    }
}
