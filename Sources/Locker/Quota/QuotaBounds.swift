// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto

/// How much one student, or one course, may have at most; `nil` for as much as there is.
package struct QuotaBounds: Sendable, Hashable {
    /// Bytes of all volumes, as they were asked for and not as they are used.
    package var bytes: Int64?

    /// How many volumes.
    package var volumes: Int64?

    /// As much as there is.
    package static let none = QuotaBounds()

    /// Bounds.
    package init(bytes: Int64? = nil, volumes: Int64? = nil) {
        self.bytes = bytes
        self.volumes = volumes
    }

    /// The bounds of an exception.
    init(_ exception: QuotaException?) {
        self.init(bytes: exception?.bytes?.most, volumes: exception?.volumes?.most)
    }

    /// These, and where they say nothing, others.
    func or(_ others: QuotaBounds) -> QuotaBounds {
        QuotaBounds(bytes: self.bytes ?? others.bytes, volumes: self.volumes ?? others.volumes)
    }
}

extension CourseTotal {
    /// The class' quota as the ledger keeps it, where 0 is none.
    var quota: Quota {
        get {
            Quota(
                student: QuotaBounds(bytes: Self.bound(self.studentBytes), volumes: Self.bound(self.studentVolumes)),
                course: QuotaBounds(bytes: Self.bound(self.courseBytes), volumes: Self.bound(self.courseVolumes))
            )
        }
        set {
            self.studentBytes = newValue.student.bytes ?? 0
            self.studentVolumes = newValue.student.volumes ?? 0
            self.courseBytes = newValue.course.bytes ?? 0
            self.courseVolumes = newValue.course.volumes ?? 0
        }
    }

    private static func bound(_ kept: Int64) -> Int64? { kept == 0 ? nil : kept }
}
