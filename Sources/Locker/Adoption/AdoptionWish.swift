// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Whose an adopted volume is to be, and how it was used.
package struct AdoptionWish: Sendable, Hashable {
    /// config.json's entry, as the class has it.
    package let clusterID: String
    /// The course; empty for what a class without a course would give.
    package let course: String
    /// The student.
    package let student: String
    /// The claim; empty if there is none.
    package let claimNamespace: String
    package let claimName: String
    /// Whether pods use it as raw block.
    package let isBlock: Bool

    /// A wish.
    package init(
        clusterID: String,
        course: String,
        student: String,
        claimNamespace: String,
        claimName: String,
        isBlock: Bool
    ) {
        self.clusterID = clusterID
        self.course = course
        self.student = student
        self.claimNamespace = claimNamespace
        self.claimName = claimName
        self.isBlock = isBlock
    }
}
