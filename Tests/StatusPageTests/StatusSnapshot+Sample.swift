// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

import Locker
import StatusPage

extension StatusVolume {
    /// The first of September, in milliseconds since 1970.
    static let september: Int64 = 1_788_220_800_000

    /// A volume of a student, mounted somewhere.
    static func sample(student: String, node: String? = nil, mapper: String = "krbd") -> StatusVolume {
        let place = node.map { Place(node: $0, mapper: mapper, isReadOnly: false, since: Self.september) }
        return StatusVolume(
            course: "os-2026",
            student: student,
            name: "pvc-\(student)",
            claim: "lab-1/work",
            phase: .ready,
            bytes: 5 << 30,
            isEncrypted: true,
            places: place.map { [$0] } ?? [],
            finding: .inOrder,
            createdAt: Self.september
        )
    }
}

extension StatusSnapshot {
    /// Three courses, four volumes, an erasure: one of everything that the page tells.
    static func sample() -> StatusSnapshot {
        func course(_ name: String, _ bytes: Int64, of most: Int64?, volumes: Int64) -> StatusCourse {
            let bounds = QuotaBounds(bytes: most, volumes: most.map { _ in 9 })
            let standing = QuotaStanding(
                course: name,
                student: "",
                bytes: bytes,
                volumes: volumes,
                exception: .none,
                bounds: bounds
            )
            return StatusCourse(clusterID: "lab", pool: "students", namespace: name, standing: standing)
        }
        var destroyed = StatusVolume.sample(student: "park")
        destroyed.finding = .keyDestroyed(at: StatusVolume.september)
        var creating = StatusVolume.sample(student: "choi")
        creating.phase = .creating
        return StatusSnapshot(
            courses: [
                course("os-2026", 19 << 29, of: 10 << 30, volumes: 7),
                course("ai-2026", 11 << 30, of: 10 << 30, volumes: 1),
                course("web", 1 << 30, of: nil, volumes: 2),
            ],
            students: [
                QuotaStanding(
                    course: "os-2026",
                    student: "kim",
                    bytes: 5 << 30,
                    volumes: 1,
                    exception: .none,
                    bounds: QuotaBounds(bytes: 6 << 30)
                )
            ],
            volumes: [
                .sample(student: "kim", node: "n1"), .sample(student: "lee", node: "n2", mapper: ""), destroyed,
                creating,
            ],
            erasures: [
                StatusErasure(
                    course: "os-2026",
                    student: "choi",
                    name: "pvc-old",
                    bytes: 1 << 30,
                    state: .waiting,
                    reason: "OSDs trim 3 objects",
                    deletedAt: StatusVolume.september
                )
            ],
            erasureCount: 1
        )
    }
}
