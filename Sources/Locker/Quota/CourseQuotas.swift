// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
package import Rados

/// A course's ledger as administrators see it, and the exceptions that they set.
package struct CourseQuotas: Sendable {
    /// The course's name.
    package let course: String
    private let object: LedgerObject
    private let clock: WallClock

    /// The quotas of a course.
    ///
    /// - Parameters:
    ///   - course: its name.
    ///   - io: the pool and RADOS namespace that its volumes are in.
    ///   - clock: the time of day for records.
    package init(course: String, io: IOContext, clock: WallClock = .system) {
        self.course = course
        self.object = LedgerObject(course: course, io: io)
        self.clock = clock
    }

    /// The courses that have volumes in a pool, with the RADOS namespace of each.
    ///
    /// - Parameter main: the pool's default namespace, where courses are registered.
    package static func registered(in main: IOContext) async throws -> [(course: String, namespace: String)] {
        try await NamespaceIndex.courses(in: main).map { (course: $0.name, namespace: $0.radosNamespace) }
            .sorted { ($0.course, $0.namespace) < ($1.course, $1.namespace) }
    }

    /// The whole course, and each student who has or had a volume or has an exception, by name.
    package func standings() async throws -> [QuotaStanding] {
        let students = Set(
            try await (self.object.all("s/") + self.object.all("q/")).map { String($0.key.dropFirst(2)) }
        )
        let reading = try await self.read(students)
        return try ([""] + students.sorted()).map { try self.standing(of: $0, in: reading) }
    }

    /// Some of the students, by name.
    ///
    /// - Parameters:
    ///   - name: the student to go on after; empty for the first.
    ///   - limit: how many at most.
    /// - Returns: the students, and whether more follow.
    package func students(after name: String, limit: Int) async throws -> (standings: [QuotaStanding], hasMore: Bool) {
        var found: Set<String> = []
        for prefix in ["s/", "q/"] {
            // One more than is asked for of each kind: together they have the first of all.
            found.formUnion(try await self.object.names(prefix, after: name, limit: limit + 1))
        }
        let students = found.sorted().prefix(limit)
        let reading = try await self.read(Set(students))
        return (try students.map { try self.standing(of: $0, in: reading) }, found.count > limit)
    }

    /// What a student, or the whole course, has and may have.
    ///
    /// - Parameter student: empty for the whole course.
    package func standing(of student: String) async throws -> QuotaStanding {
        try self.standing(of: student, in: try await self.read([student]))
    }

    /// Sets what a student, or the whole course, may have instead of what the class says. What is there already stays.
    ///
    /// - Parameters:
    ///   - student: empty for the whole course.
    ///   - change: changes the exception; one that says nothing goes.
    /// - Returns: how it stood before, and how it stands now.
    /// - Throws: `CephError`; ``LockerError`` with `aborted` while others change the same all the time.
    package func set(
        of student: String,
        _ change: (inout QuotaBounds) -> Void
    ) async throws -> (before: QuotaStanding, after: QuotaStanding) {
        let key = LedgerState.exceptionKey(student)
        for _ in 0..<LedgerObject.attempts {
            var reading = try await self.read([student])
            let before = try self.standing(of: student, in: reading)
            var bounds = before.exception
            change(&bounds)
            guard bounds != before.exception else { return (before, before) }
            let value = bounds == .none ? nil : try self.encoded(bounds, replacing: reading.values[key])
            if try await self.object.write([key: value], comparing: reading) {
                reading.values[key] = value
                return (before, try self.standing(of: student, in: reading))
            }
        }
        throw self.object.contended
    }

    /// What the course may still have, in bytes: none once it has as many volumes as it may.
    ///
    /// - Parameter bounds: what a class lets it have, where there is no exception.
    func left(within bounds: QuotaBounds) async throws -> Int64 {
        let reading = try await self.read([])
        let bounds = QuotaBounds(try self.exception(of: "", in: reading)).or(bounds)
        if let volumes = bounds.volumes, reading.course.volumes >= volumes { return 0 }
        return bounds.bytes.map { max($0 - reading.course.bytes, 0) } ?? .max
    }

    private func read(_ students: Set<String>) async throws -> LedgerObject.Reading {
        var keys: Set = [LedgerState.exceptionKey("")]
        for student in students where !student.isEmpty {
            keys.formUnion([LedgerState.totalKey(student), LedgerState.exceptionKey(student)])
        }
        return try await self.object.read(keys)
    }

    private func exception(of student: String, in reading: LedgerObject.Reading) throws -> QuotaException? {
        try reading.values[LedgerState.exceptionKey(student)].map { try QuotaException(decoding: $0) }
    }

    private func standing(of student: String, in reading: LedgerObject.Reading) throws -> QuotaStanding {
        let exception = QuotaBounds(try self.exception(of: student, in: reading))
        let total = try reading.values[LedgerState.totalKey(student)].map { try StudentTotal(decoding: $0) }
        let isCourse = student.isEmpty
        let quota = reading.course.quota
        return QuotaStanding(
            course: self.course,
            student: student,
            bytes: isCourse ? reading.course.bytes : total?.bytes ?? 0,
            volumes: isCourse ? reading.course.volumes : total?.volumes ?? 0,
            exception: exception,
            bounds: exception.or(isCourse ? quota.course : quota.student)
        )
    }

    private func encoded(_ bounds: QuotaBounds, replacing previous: [UInt8]?) throws -> [UInt8] {
        let revision = try previous.map { try QuotaException(decoding: $0).revision } ?? 0
        return try QuotaException(
            format: 1,
            revision: revision + 1,
            bytes: bounds.bytes.map { QuotaException.Bound(most: $0) },
            volumes: bounds.volumes.map { QuotaException.Bound(most: $0) },
            setAt: self.clock.milliseconds
        )
        .encoded()
    }
}
