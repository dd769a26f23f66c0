// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import Rados
internal import SystemPackage

/// The RADOS object that holds a course's ledger, read and changed as a whole.
struct LedgerObject: Sendable {
    /// Keys as they were read at one moment; one that is absent has no value.
    struct Reading: Sendable {
        /// The keys that were asked for: what a change compares.
        var keys: Set<String>
        var values: [String: [UInt8]]
        /// What all students have.
        var course: CourseTotal
        /// Whether that was summed up, since no version of Locker with quotas has changed the ledger yet.
        var isSummedUp = false

        /// The values of a kind of key, decoded.
        func decoded<Message: WireMessage>(_ type: Message.Type, _ prefix: String) throws -> [String: Message] {
            try self.values.filter { $0.key.hasPrefix(prefix) }.mapValues { try Message(decoding: $0) }
        }
    }

    let course: String
    let io: IOContext

    /// The object's name.
    var name: String { "locker.ledger.\(self.course)" }

    /// How often a change is tried while others change the same.
    static let attempts = 32

    /// Reads keys, and the course's total with them, as they are at one moment.
    func read(_ keys: Set<String>) async throws -> Reading {
        let all = keys.union([LedgerState.courseKey])
        let values = try await self.io.omapValuesIfPresent(of: self.name, keys: all.sorted())
        if let raw = values[LedgerState.courseKey] {
            return Reading(keys: all, values: values, course: try CourseTotal(decoding: raw))
        }
        var reading = Reading(keys: all, values: values, course: CourseTotal(format: 1), isSummedUp: true)
        try await self.sumUp(&reading)
        return reading
    }

    /// Sums up what a version of Locker without totals of courses has counted.
    ///
    /// It happens once in a ledger's life: the change that follows compares that there is no total yet, and compares
    /// the students' totals that belong to the sum.
    private func sumUp(_ reading: inout Reading) async throws {
        reading.course.bytes = 0
        reading.course.volumes = 0
        for (key, value) in try await self.all("v/") {
            let entry = try LedgerEntry(decoding: value)
            reading.course.bytes += entry.bytes
            reading.course.volumes += 1
            if entry.student.isEmpty, reading.keys.insert(key).inserted { reading.values[key] = value }
        }
        for (key, value) in try await self.all("s/") where reading.keys.insert(key).inserted {
            reading.values[key] = value
        }
    }

    /// Makes the course's total what its volumes sum up to.
    ///
    /// A version of Locker without totals of courses changes the students' alone, so that those are compared, too.
    ///
    /// - Returns: the total before and after; `nil` if it was right, or is not there yet.
    func recount() async throws -> (before: CourseTotal, after: CourseTotal)? {
        for _ in 0..<Self.attempts {
            var reading = try await self.read([])
            let before = reading.course
            guard !reading.isSummedUp else { return nil }
            try await self.sumUp(&reading)
            var after = reading.course
            // What was counted meanwhile may be in one and not in the other: then the comparison below fails.
            guard (after.bytes, after.volumes) != (before.bytes, before.volumes) else { return nil }
            after.revision += 1
            let update = [LedgerState.courseKey: try after.encoded()]
            if try await self.write(update, comparing: reading) { return (before, after) }
        }
        throw self.contended
    }

    /// Writes values (`nil` removes a key), if all that was read is still so.
    ///
    /// - Returns: whether it was.
    func write(_ update: [String: [UInt8]?], comparing reading: Reading) async throws -> Bool {
        do {
            try await self.io.write(self.name) { operation in
                operation.create(exclusive: false)
                for key in reading.keys { operation.compareOmap(key: key, equals: reading.values[key] ?? []) }
                operation.setOmap(update.compactMapValues { $0 })
                operation.removeOmap(update.filter { $0.value == nil }.map(\.key))
            }
            return true
        } catch let error as CephError where error.code == .canceled && error.call.hasSuffix("operate") {
            return false
        }
    }

    /// All keys of a kind with their values; none if there is no such ledger.
    func all(_ prefix: String) async throws -> [(key: String, value: [UInt8])] {
        var found: [(key: String, value: [UInt8])] = []
        try await self.io.forEachOmapEntry(of: self.name, prefix: prefix, page: 1024) { found.append(($0, $1)) }
        return found
    }

    /// What follows a prefix in the keys after a name; none if there is no such ledger.
    func names(_ prefix: String, after name: String, limit: Int) async throws -> [String] {
        do {
            let start = name.isEmpty ? "" : prefix + name
            let page = try await self.io.omapPage(of: self.name, after: start, prefix: prefix, limit: limit)
            return page.entries.map { String($0.key.dropFirst(prefix.count)) }
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return []
        }
    }

    /// The failure after ``attempts``.
    var contended: LockerError {
        LockerError(.aborted, "the ledger \(self.io.path(self.name)) is changed by many at once; try again")
    }
}
