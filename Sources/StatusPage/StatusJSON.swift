// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials
internal import Locker

/// The status as JSON; docs/status-page.md has its fields.
struct StatusJSON: Encodable {
    private struct Standing: Encodable {
        let course: String
        /// Not there for a whole course.
        let student: String?
        let cluster: String?
        let pool: String?
        let namespace: String?
        let bytes: Int64
        let volumes: Int64
        let quotaBytes: Int64?
        let quotaVolumes: Int64?
        let level: String

        init(_ standing: QuotaStanding, in course: StatusCourse? = nil) {
            self.course = standing.course
            self.student = standing.student.isEmpty ? nil : standing.student
            self.cluster = course?.clusterID
            self.pool = course?.pool
            self.namespace = course?.namespace
            self.bytes = standing.bytes
            self.volumes = standing.volumes
            self.quotaBytes = standing.bounds.bytes
            self.quotaVolumes = standing.bounds.volumes
            self.level = QuotaLevel(standing).rawValue
        }
    }

    private struct Node: Encodable {
        let node: String
        /// Empty while it is attached and not mapped yet.
        let mapper: String
        let readOnly: Bool
        let since: String
    }

    private struct Volume: Encodable {
        let course: String
        let student: String
        let name: String
        let claim: String
        let phase: String
        let bytes: Int64
        let encrypted: Bool
        let nodes: [Node]
        /// `in-order`, `key-destroyed` or `filesystem-unfinished`.
        let health: String
        let created: String

        init(_ volume: StatusVolume) {
            self.course = volume.course
            self.student = volume.student
            self.name = volume.name
            self.claim = volume.claim
            self.phase = volume.phase.rawValue
            self.bytes = volume.bytes
            self.encrypted = volume.isEncrypted
            self.nodes = volume.places.map {
                Node(
                    node: $0.node,
                    mapper: $0.mapper,
                    readOnly: $0.isReadOnly,
                    since: DateText.iso8601(milliseconds: $0.since)
                )
            }
            self.health =
                switch volume.finding {
                case .inOrder: "in-order"
                case .keyDestroyed: "key-destroyed"
                case .filesystemUnfinished: "filesystem-unfinished"
                }
            self.created = DateText.iso8601(milliseconds: volume.createdAt)
        }
    }

    private struct Erasure: Encodable {
        let course: String
        let student: String
        let name: String
        let bytes: Int64
        let state: String
        let reason: String
        let deleted: String

        init(_ erasure: StatusErasure) {
            self.course = erasure.course
            self.student = erasure.student
            self.name = erasure.name
            self.bytes = erasure.bytes
            self.state = erasure.state.rawValue
            self.reason = erasure.reason
            self.deleted = DateText.iso8601(milliseconds: erasure.deletedAt)
        }
    }

    /// The values that lead to the next page of each kind; those of kinds that are at their end are not there.
    private struct Next: Encodable {
        let coursesAfter: String?
        let studentsAfter: String?
        let after: String?

        enum CodingKeys: String, CodingKey {
            case coursesAfter = "courses-after"
            case studentsAfter = "students-after"
            case after
        }
    }

    private let readAt: String?
    /// `silent`, or what failed; not there if all is well.
    private let trouble: String?
    private let courses: [Standing]
    private let students: [Standing]
    private let volumes: [Volume]
    private let erasures: [Erasure]
    private let erasureCount: Int
    private let erasureCountIsCut: Bool
    private let next: Next

    /// An answer.
    init(_ answer: StatusAnswer, query: StatusQuery) {
        let snapshot = answer.snapshot ?? StatusSnapshot()
        self.readAt = answer.readAt.map { DateText.iso8601(milliseconds: $0) }
        self.trouble =
            switch answer.trouble {
            case nil: nil
            case .silent: "silent"
            case .failed(let words): words
            }
        self.courses = snapshot.courses.map { Standing($0.standing, in: $0) }
        self.students = snapshot.students.map { Standing($0) }
        self.volumes = snapshot.volumes.map(Volume.init)
        self.erasures = snapshot.erasures.map(Erasure.init)
        self.erasureCount = snapshot.erasureCount
        self.erasureCountIsCut = snapshot.isErasureCountCut
        self.next = Next(
            coursesAfter: snapshot.hasMoreCourses ? snapshot.courses.last?.standing.course : nil,
            studentsAfter: snapshot.hasMoreStudents ? snapshot.students.last?.student : nil,
            after: snapshot.nextVolume.map { PageToken(.volumes, after: $0).text }
        )
    }

    /// The document.
    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
