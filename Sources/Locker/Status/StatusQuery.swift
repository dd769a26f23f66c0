// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What part of all volumes a status is about.
package struct StatusQuery: Sendable, Hashable {
    /// Only this course.
    package var course: String?
    /// Only this student.
    package var student: String?
    /// The volume to go on after.
    package var volumesAfter: RecordPosition?
    /// The course to go on after, by name.
    package var coursesAfter: String?
    /// The student to go on after, by name.
    package var studentsAfter: String?

    /// How many of each kind a status has at most.
    package static let page = 100

    /// How many erasures are counted at most.
    package static let mostErasures = 5000

    /// A query for everything, from the beginning.
    package init(course: String? = nil, student: String? = nil) {
        self.course = course
        self.student = student
    }

    /// Whether a record of a course's student is asked for.
    func includes(course: String, student: String) -> Bool {
        (self.course ?? course) == course && (self.student ?? student) == student
    }
}
