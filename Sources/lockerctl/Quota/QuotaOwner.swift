// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser

/// Whose quota it is.
struct QuotaOwner: ParsableArguments {
    @Option(help: "The course.", completion: ClusterCompletion.courses)
    var course: String

    @Option(help: "The student; without, it is about the whole course.")
    var student: String?

    func validate() throws {
        guard self.student?.isEmpty != true else { throw ValidationError("--student is empty") }
        guard !self.course.isEmpty else { throw ValidationError("--course is empty") }
    }
}
