// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What a student of a course, or the whole course, has and may have.
package struct QuotaStanding: Sendable, Hashable {
    /// The course.
    package let course: String
    /// The student; empty for the whole course.
    package let student: String
    /// Bytes of all volumes.
    package let bytes: Int64
    /// How many volumes.
    package let volumes: Int64
    /// What was set with `lockerctl quota set`.
    package let exception: QuotaBounds
    /// What counts: the exception, and the class' quota where that says nothing.
    package let bounds: QuotaBounds

    /// A standing.
    package init(
        course: String,
        student: String,
        bytes: Int64,
        volumes: Int64,
        exception: QuotaBounds,
        bounds: QuotaBounds
    ) {
        self.course = course
        self.student = student
        self.bytes = bytes
        self.volumes = volumes
        self.exception = exception
        self.bounds = bounds
    }
}
