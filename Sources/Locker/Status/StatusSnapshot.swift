// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What there was at one moment: courses, students, volumes, erasures, each kind up to a page.
package struct StatusSnapshot: Sendable, Hashable {
    /// The courses, by name.
    package var courses: [StatusCourse]
    /// Whether more courses follow.
    package var hasMoreCourses: Bool
    /// The students of the course that was asked for; none without one.
    package var students: [QuotaStanding]
    /// Whether more students follow.
    package var hasMoreStudents: Bool
    /// The volumes, in the order of lists.
    package var volumes: [StatusVolume]
    /// The last volume's position if more follow.
    package var nextVolume: RecordPosition?
    /// The erasures that go on, those that wait longest first.
    package var erasures: [StatusErasure]
    /// How many erasures go on.
    package var erasureCount: Int
    /// Whether there are more than were counted.
    package var isErasureCountCut: Bool

    /// A snapshot; by default of nothing.
    package init(
        courses: [StatusCourse] = [],
        hasMoreCourses: Bool = false,
        students: [QuotaStanding] = [],
        hasMoreStudents: Bool = false,
        volumes: [StatusVolume] = [],
        nextVolume: RecordPosition? = nil,
        erasures: [StatusErasure] = [],
        erasureCount: Int = 0,
        isErasureCountCut: Bool = false
    ) {
        self.courses = courses
        self.hasMoreCourses = hasMoreCourses
        self.students = students
        self.hasMoreStudents = hasMoreStudents
        self.volumes = volumes
        self.nextVolume = nextVolume
        self.erasures = erasures
        self.erasureCount = erasureCount
        self.isErasureCountCut = isErasureCountCut
    }
}
