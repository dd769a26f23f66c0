// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC

/// The part of a ledger that a batch of changes touches, while it is worked out.
struct LedgerState {
    private var entries: [String: LedgerEntry]
    private var totals: [String: StudentTotal]
    private var course: CourseTotal
    private let exceptions: [String: QuotaException]
    private var changed: Set<String> = []

    /// The key of the course's total.
    static let courseKey = "c"

    /// The key of a volume's entry.
    static func key(of volume: RecordKey) -> String { "v/\(volume.hex)" }

    /// The key of a student's total.
    static func totalKey(_ student: String) -> String { "s/\(student)" }

    /// The key of a student's exception, or of the course's, which is nobody's.
    static func exceptionKey(_ student: String) -> String { student.isEmpty ? "q" : "q/\(student)" }

    /// What was read of a ledger.
    ///
    /// - Parameters:
    ///   - entries: the volumes that are counted already, by key.
    ///   - totals: what students have, by key.
    ///   - course: what all of them have.
    ///   - exceptions: what the course and students may have besides what the class says, by key.
    init(
        entries: [String: LedgerEntry] = [:],
        totals: [String: StudentTotal] = [:],
        course: CourseTotal = CourseTotal(format: 1),
        exceptions: [String: QuotaException] = [:]
    ) {
        self.entries = entries
        self.totals = totals
        self.course = course
        self.exceptions = exceptions
    }

    /// Applies one change; a repeat changes nothing, and one that does not fit counts nothing.
    ///
    /// What a volume counts for already is never refused: only what it grows by is measured.
    ///
    /// - Returns: why it does not fit; `nil` if it does.
    mutating func apply(_ change: Ledger.Change, at now: Int64) -> QuotaExcess? {
        if let quota = change.quota, quota != self.course.quota {
            self.course.quota = quota
            self.course.revision += 1
            self.changed.insert(Self.courseKey)
        }
        let key = Self.key(of: change.volume)
        let before = self.entries[key]
        guard let bytes = change.bytes else {
            guard let before else { return nil }
            self.entries[key] = nil
            self.add(-before.bytes, volumes: -1, to: before.student)
            self.changed.insert(key)
            return nil
        }
        if change.isCorrection, before == nil { return nil }
        if let before, before.bytes == bytes, before.student == change.student { return nil }
        if let excess = self.excess(of: change.student, bytes: bytes, before: before) { return excess }
        if let before { self.add(-before.bytes, volumes: -1, to: before.student) }
        self.entries[key] = LedgerEntry(format: 1, student: change.student, bytes: bytes, countedAt: now)
        self.add(bytes, volumes: 1, to: change.student)
        self.changed.insert(key)
        return nil
    }

    /// Has the course's total written, as it was summed up, even if no change does.
    mutating func keepCourse() {
        self.changed.insert(Self.courseKey)
    }

    private func excess(of student: String, bytes: Int64, before: LedgerEntry?) -> QuotaExcess? {
        if !student.isEmpty {
            let total = self.totals[Self.totalKey(student)] ?? StudentTotal()
            let own = before?.student == student ? before : nil
            let excess = self.excess(
                of: .student,
                student: student,
                has: (total.bytes, total.volumes),
                grows: (bytes - (own?.bytes ?? 0), own == nil ? 1 : 0),
                bounds: QuotaBounds(self.exceptions[Self.exceptionKey(student)]).or(self.course.quota.student)
            )
            if let excess { return excess }
        }
        return self.excess(
            of: .course,
            student: student,
            has: (self.course.bytes, self.course.volumes),
            grows: (bytes - (before?.bytes ?? 0), before == nil ? 1 : 0),
            bounds: QuotaBounds(self.exceptions[Self.exceptionKey("")]).or(self.course.quota.course)
        )
    }

    private func excess(
        of owner: QuotaExcess.Owner,
        student: String,
        has: (bytes: Int64, volumes: Int64),
        grows: (bytes: Int64, volumes: Int64),
        bounds: QuotaBounds
    ) -> QuotaExcess? {
        let measured: [(QuotaExcess.Unit, Int64, Int64, Int64?)] = [
            (.bytes, has.bytes, grows.bytes, bounds.bytes), (.volumes, has.volumes, grows.volumes, bounds.volumes),
        ]
        for (unit, has, grows, most) in measured where grows > 0 {
            guard let most, grows > most - has else { continue }
            return QuotaExcess(owner: owner, unit: unit, student: student, has: has, wants: grows, most: most)
        }
        return nil
    }

    private mutating func add(_ bytes: Int64, volumes: Int64, to student: String) {
        self.course.bytes += bytes
        self.course.volumes += volumes
        self.course.revision += 1
        self.changed.insert(Self.courseKey)
        guard !student.isEmpty else { return }
        let key = Self.totalKey(student)
        var total = self.totals[key] ?? StudentTotal(format: 1)
        total.bytes += bytes
        total.volumes += volumes
        total.revision += 1
        self.totals[key] = total
        self.changed.insert(key)
    }

    /// The new value of each key that is another than before; `nil` for one that goes.
    func encodedChanges() throws -> [String: [UInt8]?] {
        var update: [String: [UInt8]?] = [:]
        for key in self.changed {
            if key == Self.courseKey {
                update[key] = try self.course.encoded()
            } else if let entry = self.entries[key] {
                update[key] = try entry.encoded()
            } else if let total = self.totals[key] {
                update[key] = try total.encoded()
            } else {
                update.updateValue(nil, forKey: key)
            }
        }
        return update
    }
}
