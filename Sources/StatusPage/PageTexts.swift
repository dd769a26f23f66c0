// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker

/// Everything that the page says, once for each language: a text that a language lacks does not compile.
protocol PageTexts: Sendable {
    var title: String { get }
    var allCourses: String { get }
    var language: String { get }
    var breadcrumb: String { get }
    var reload: String { get }
    var skip: String { get }

    // What the page is of, and how old it is. Times are markup of their own and come between.
    var asOf: String { get }
    func cachedFor(_ seconds: Int64) -> String
    var silentSince: String { get }
    var silentWithoutData: String { get }
    var failedSince: String { get }
    var failedWithoutData: String { get }

    var courses: String { get }
    func students(_ course: String) -> String
    var volumes: String { get }
    var erasures: String { get }
    var noCourses: String { get }
    var noStudents: String { get }
    var noVolumes: String { get }
    var noErasures: String { get }
    var healthNote: String { get }

    var course: String { get }
    var student: String { get }
    var volume: String { get }
    var volumeCount: String { get }
    var size: String { get }
    var quota: String { get }
    var place: String { get }
    var pool: String { get }
    var health: String { get }
    var created: String { get }
    var state: String { get }
    var deleted: String { get }
    var reason: String { get }

    var nobody: String { get }
    var encrypted: String { get }
    var noQuota: String { get }
    func of(_ part: String, _ whole: String) -> String
    func countOf(_ count: Int64, _ most: Int64) -> String
    func percent(_ value: Int64) -> String
    func level(_ level: QuotaLevel) -> String

    var notAttached: String { get }
    func mounted(_ node: String, _ mapper: String) -> String
    func attached(_ node: String) -> String
    var readOnly: String { get }
    var since: String { get }

    func phase(_ phase: StatusVolume.Phase) -> String
    func finding(_ finding: RecordFinding) -> String
    func erasure(_ state: ErasureState) -> String

    func erasuresShown(_ shown: Int, _ count: String) -> String
    func atLeast(_ count: Int) -> String
    var moreCourses: String { get }
    var moreStudents: String { get }
    var moreVolumes: String { get }
    var fromBeginning: String { get }
    var footer: String { get }
}
