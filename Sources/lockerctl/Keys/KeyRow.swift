// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto

/// A volume's data encryption key as a list shows it; never the key itself.
struct KeyRow: Encodable {
    let course: String
    let student: String
    let name: String
    let namespace: String
    let key: String
    /// The key-encryption key that wraps it; empty if the key is not there.
    let wrappedBy: String
    let wrapped: String

    init(_ entry: KeyRotation.Entry, namespace: String) {
        self.course = entry.record.course
        self.student = entry.record.student
        self.name = entry.record.requestName
        self.namespace = namespace
        self.key = entry.record.dataKeyID
        self.wrappedBy = entry.wrapped?.wrappingKeyID ?? ""
        self.wrapped = entry.wrapped.map { DateText.iso8601(milliseconds: $0.wrappedAt) } ?? ""
    }

    /// Columns as wide as what is in them.
    static func table(_ rows: [KeyRow]) -> String {
        TextTable.text(
            ["COURSE", "STUDENT", "VOLUME", "KEY", "WRAPPED BY", "SINCE"],
            rows.map {
                [
                    $0.course, $0.student.orDash, $0.name, $0.key,
                    $0.wrappedBy.orDash, $0.wrapped.orDash,
                ]
            }
        )
    }
}
