// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// How much a StorageClass lets its course have, and each of the students.
package struct Quota: Sendable, Hashable {
    /// Each student, without exceptions.
    package let student: QuotaBounds

    /// All students together.
    package let course: QuotaBounds

    /// As much as there is.
    package static let none = Quota(student: .none, course: .none)

    /// The names of the parameters.
    static let parameters = ["studentQuota", "studentVolumes", "courseQuota", "courseVolumes"]

    /// A quota.
    package init(student: QuotaBounds, course: QuotaBounds) {
        self.student = student
        self.course = course
    }

    /// Reads the parameters.
    ///
    /// - Parameter course: the class' own name for its course; empty if it has none.
    /// - Throws: ``LockerError`` with `invalidArgument`.
    init(_ reader: inout ParameterReader, course: String) throws(LockerError) {
        self.student = QuotaBounds(
            bytes: try reader.quantity("studentQuota"),
            volumes: try reader.integer("studentVolumes", in: 1...Self.mostVolumes)
        )
        self.course = QuotaBounds(
            bytes: try reader.quantity("courseQuota"),
            volumes: try reader.integer("courseVolumes", in: 1...Self.mostVolumes)
        )
        guard self == .none || !course.isEmpty else {
            throw LockerError(
                .invalidArgument,
                "a StorageClass with a quota has to say of which course: it lacks the parameter course"
            )
        }
    }

    private static let mostVolumes: Int64 = 1_000_000_000
}
