// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto

/// A deleted volume whose data is still to go.
package struct StatusErasure: Sendable, Hashable {
    package let course: String
    package let student: String
    /// The name of the request that made the volume.
    package let name: String
    package let bytes: Int64
    package let state: ErasureState
    /// What it waits for, or how it failed last; empty if nothing holds it up.
    package let reason: String
    /// Milliseconds since 1970.
    package let deletedAt: Int64

    /// An erasure.
    package init(
        course: String,
        student: String,
        name: String,
        bytes: Int64,
        state: ErasureState,
        reason: String,
        deletedAt: Int64
    ) {
        self.course = course
        self.student = student
        self.name = name
        self.bytes = bytes
        self.state = state
        self.reason = reason
        self.deletedAt = deletedAt
    }

    /// What a record under `e/` says.
    init(_ record: VolumeRecord) {
        self.init(
            course: record.course,
            student: record.student,
            name: record.requestName,
            bytes: record.payloadBytes,
            state: ErasureState(record),
            reason: record.erasure?.reason ?? "",
            deletedAt: record.deletingAt
        )
    }
}
