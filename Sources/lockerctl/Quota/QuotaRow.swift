// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker

/// What a student or a course has and may have, as a list shows it.
struct QuotaRow: Encodable {
    let course: String
    /// Not there for the whole course.
    let student: String?
    let bytes: Int64
    let volumes: Int64
    /// What counts; not there where nothing bounds it.
    let quotaBytes: Int64?
    let quotaVolumes: Int64?
    /// What was set besides the class.
    let exceptionBytes: Int64?
    let exceptionVolumes: Int64?

    init(_ standing: QuotaStanding) {
        self.course = standing.course
        self.student = standing.student.isEmpty ? nil : standing.student
        self.bytes = standing.bytes
        self.volumes = standing.volumes
        self.quotaBytes = standing.bounds.bytes
        self.quotaVolumes = standing.bounds.volumes
        self.exceptionBytes = standing.exception.bytes
        self.exceptionVolumes = standing.exception.volumes
    }

    /// The rows for people.
    static func table(_ rows: [QuotaRow]) -> String {
        let titles = ["COURSE", "STUDENT", "SIZE", "QUOTA", "VOLUMES", "QUOTA", "EXCEPTION"]
        let lines = rows.map { row in
            let set = [row.exceptionBytes.map { _ in "bytes" }, row.exceptionVolumes.map { _ in "volumes" }]
            return [
                row.course, row.student ?? "(all)", Quantity.rough(row.bytes),
                row.quotaBytes.map(Quantity.rough) ?? "-", "\(row.volumes)", row.quotaVolumes.map(String.init) ?? "-",
                set.compactMap(\.self).joined(separator: ", ").orDash,
            ]
        }
        return TextTable.text(titles, lines)
    }
}
