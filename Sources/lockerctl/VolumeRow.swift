// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import ProtobufC

/// A volume as a list shows it.
struct VolumeRow: Encodable {
    let course: String
    let student: String
    let name: String
    let claim: String
    let phase: String
    let bytes: Int64
    let usedBytes: UInt64?
    let filesystem: String
    let nodes: [String]
    let pool: Int64
    let namespace: String
    let image: String
    let created: String

    init(_ record: VolumeRecord, namespace: String, usedBytes: UInt64?) {
        self.course = record.course
        self.student = record.student
        self.name = record.requestName
        self.claim = record.claim
        self.phase = "\(record.phase)".lowercased()
        self.bytes = record.payloadBytes
        self.usedBytes = usedBytes
        self.filesystem = record.filesystem?.type ?? ""
        self.nodes = record.attachments.map(\.nodeID)
        self.pool = record.poolID
        self.namespace = namespace
        self.image = record.imageName
        self.created = DateText.iso8601(milliseconds: record.createdAt)
    }

    /// The rows for people.
    static func table(_ rows: [VolumeRow]) -> String {
        let titles = ["COURSE", "STUDENT", "VOLUME", "PHASE", "SIZE", "USED", "FS", "ATTACHED TO"]
        let lines = rows.map { row in
            [
                row.course, row.student.orDash, row.name, row.phase,
                Quantity.rough(row.bytes),
                row.usedBytes.map { Quantity.rough(Int64(clamping: $0)) } ?? "-",
                row.filesystem.orDash,
                row.nodes.joined(separator: ",").orDash,
            ]
        }
        return TextTable.text(titles, lines)
    }
}
