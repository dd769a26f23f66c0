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

    @OptionGroup var connection: ConnectionOptions

    @Option(help: "The pool.")
    var pool: String

    @Option(help: "Only volumes of this RADOS namespace; all are listed without.")
    var namespace: String?

    @Option(help: "Only volumes of this course.")
    var course: String?

    @Option(help: "Only volumes of this student.")
    var student: String?

    @Flag(help: "Leave out the bytes in use, for which each image is looked at.")
    var fast = false

    @Option(help: "table or json.")
    var output: OutputFormat = .table

    func run() async throws {
        let threads = BlockingPool(threads: 8, name: "ceph")
        let cluster = try await Cluster.connect(to: try self.connection.target(), pool: threads)
        let listing = VolumeListing()
        var rows: [VolumeRow] = []
        let namespaces: [String]
        if let namespace {
            namespaces = [namespace]
        } else {
            namespaces = try await listing.namespaces(of: self.pool, on: cluster)
        }
        for namespace in namespaces {
            let io = try await cluster.ioContext(pool: self.pool, namespace: namespace)
            for record in try await listing.volumes(in: io) where self.isWanted(record) {
                let used = self.fast ? nil : try await listing.usedBytes(of: record, in: io)
                rows.append(VolumeRow(record, namespace: namespace, usedBytes: used))
            }
        }
        rows.sort { ($0.course, $0.student, $0.name) < ($1.course, $1.student, $1.name) }
        print(self.output == .json ? try VolumeRow.json(rows) : VolumeRow.table(rows))
        await cluster.close()
        await threads.shutdown()
    }

    private func isWanted(_ record: VolumeRecord) -> Bool {
        (self.course == nil || record.course == self.course) && (self.student == nil || record.student == self.student)
    }
}
