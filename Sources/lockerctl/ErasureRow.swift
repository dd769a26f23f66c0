// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import ProtobufC

/// An erasure as a list shows it.
struct ErasureRow: Encodable {
    /// `queued`, `removing`, `verifying`, `trimming`, `waiting`, `failed`, `erased`, or `unreadable`.
    let state: String
    let course: String
    let student: String
    let name: String
    let claim: String
    let image: String
    let namespace: String
    let bytes: Int64
    let deleted: String
    let erased: String?
    /// Seconds from the deletion until now, or until the receipt.
    let seconds: Int64
    let failures: UInt32
    /// What it waits for, or the last failure.
    let reason: String
    let signed: Bool?

    /// One that is still going on.
    init(_ record: VolumeRecord, namespace: String, now: Int64) {
        let progress = record.erasure ?? ErasureProgress()
        self.state = ErasureState(record).rawValue
        self.course = record.course
        self.student = record.student
        self.name = record.requestName
        self.claim = record.claim
        self.image = record.imageID
        self.namespace = namespace
        self.bytes = record.payloadBytes
        self.deleted = DateText.iso8601(milliseconds: record.deletingAt)
        self.erased = nil
        self.seconds = (now - record.deletingAt) / 1000
        self.failures = progress.failures
        self.reason = progress.reason
        self.signed = nil
    }

    /// One with a receipt.
    init(_ filed: FiledReceipt, namespace: String) {
        let receipt = filed.receipt ?? ErasureReceipt()
        self.state = filed.receipt == nil ? "unreadable" : "erased"
        self.course = receipt.course
        self.student = receipt.student
        self.name = receipt.requestName
        self.claim = receipt.claim
        self.image = filed.imageID
        self.namespace = namespace
        self.bytes = receipt.payloadBytes
        self.deleted = DateText.iso8601(milliseconds: receipt.deletingAt)
        self.erased = DateText.iso8601(milliseconds: receipt.erasedAt)
        self.seconds = (receipt.erasedAt - receipt.deletingAt) / 1000
        self.failures = 0
        self.reason = ""
        self.signed = filed.stored.map { !$0.signature.isEmpty }
    }

    /// A line each.
    static func table(_ rows: [ErasureRow]) -> String {
        TextTable.text(
            ["STATE", "COURSE", "STUDENT", "VOLUME", "IMAGE", "SIZE", "AGE", "ERASED", "WHY"],
            rows.map { row in
                [
                    row.state, row.course, row.student.orDash, row.name, row.image,
                    Quantity.rough(row.bytes), TextTable.age(seconds: row.seconds), row.erased ?? "-",
                    row.reason.orDash,
                ]
            }
        )
    }
}
