// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker

/// The page in English.
struct EnglishTexts: PageTexts {
    let title = "Volumes of students"
    let allCourses = "All courses"
    let language = "Language"
    let breadcrumb = "Where you are"
    let reload = "Read again"
    let skip = "Skip to the content"

    let asOf = "As of"
    func cachedFor(_ seconds: Int64) -> String { "The cluster is asked at most every \(seconds) seconds." }
    let silentSince = "The cluster does not answer. What follows is old: it was read"
    let silentWithoutData = "The cluster does not answer, and nothing was read from it yet."
    let failedSince = "The cluster cannot be read. What follows is old: it was read"
    let failedWithoutData = "The cluster cannot be read, and nothing was read from it yet."

    let courses = "Courses"
    func students(_ course: String) -> String { "Students of \(course)" }
    let volumes = "Volumes"
    let erasures = "Waiting for erasure"
    let noCourses = "There is no such course."
    let noStudents = "No student has a volume here."
    let noVolumes = "There are no volumes here."
    let noErasures = "No deleted volume waits for its erasure."
    let healthNote = "Health is what a volume's record says. Images and filesystems are not looked at here."

    let course = "Course"
    let student = "Student"
    let volume = "Volume"
    let volumeCount = "Volumes"
    let size = "Size"
    let quota = "Space and quota"
    let place = "Mounted on"
    let pool = "Pool"
    let health = "Health"
    let created = "Made"
    let state = "State"
    let deleted = "Deleted"
    let reason = "Held up by"

    let nobody = "nobody"
    let encrypted = "encrypted"
    let noQuota = "no quota"
    func of(_ part: String, _ whole: String) -> String { "\(part) of \(whole)" }
    func countOf(_ count: Int64, _ most: Int64) -> String { "\(count) of \(most)" }
    func percent(_ value: Int64) -> String { "\(value)%" }

    func level(_ level: QuotaLevel) -> String {
        switch level {
        case .unbounded, .low: "enough left"
        case .near: "near the limit"
        case .full: "at the limit"
        case .over: "over the limit"
        }
    }

    let notAttached = "nowhere"
    func mounted(_ node: String, _ mapper: String) -> String { "\(node), by \(mapper)" }
    func attached(_ node: String) -> String { "attached to \(node), not mounted yet" }
    let readOnly = "read-only"
    let since = "since"

    func phase(_ phase: StatusVolume.Phase) -> String {
        switch phase {
        case .creating: "being made"
        case .ready: "ready"
        case .deleting: "being deleted"
        }
    }

    func finding(_ finding: RecordFinding) -> String {
        switch finding {
        case .inOrder: "in order"
        case .keyDestroyed(let time):
            "unreadable: its key was destroyed \(DateText.iso8601(milliseconds: time))"
        case .filesystemUnfinished(let node):
            "its filesystem was not finished on \(node); the next mount makes it anew"
        }
    }

    func erasure(_ state: ErasureState) -> String {
        switch state {
        case .queued: "queued"
        case .removing: "being removed"
        case .verifying: "being verified"
        case .trimming: "OSDs are trimming"
        case .waiting: "waiting"
        case .failed: "failed, will be tried again"
        }
    }

    func erasuresShown(_ shown: Int, _ count: String) -> String { "The \(shown) that wait longest, of \(count)." }
    func atLeast(_ count: Int) -> String { "at least \(count)" }
    let moreCourses = "Next courses"
    let moreStudents = "Next students"
    let moreVolumes = "Next volumes"
    let fromBeginning = "From the beginning"
    let footer = "Read-only. The same as JSON:"
}
