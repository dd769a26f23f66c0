// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import Rados

/// What a course and each of its students have: one omap key a volume, so that a repeat counts once, and totals, which
/// are held to quotas.
///
/// Changes of volumes that are made at the same time go into one operation on the OSD: while one is on its way, those
/// that come wait and go together with the next. Every operation asserts what it read, totals and quotas included, so
/// that no two together take what only one of them may have.
package actor Ledger {
    /// One volume's place in the ledger.
    package struct Change: Sendable, Hashable {
        let volume: RecordKey
        let student: String
        /// The volume's bytes; `nil` takes it out.
        let bytes: Int64?
        /// What the volume's class lets students and course have; `nil` is what the last class said.
        var quota: Quota?
        /// Whether it changes only what is counted already: a volume that is gone meanwhile is not counted anew.
        var isCorrection = false
    }

    private struct Waiting {
        let change: Change
        let continuation: CheckedContinuation<Void, any Error>
    }

    private let object: LedgerObject
    private let clock: WallClock
    private var waiting: [Waiting] = []
    private var isWriting = false

    /// How many changes go into one operation at most.
    private static let batch = 64

    init(course: String, io: IOContext, clock: WallClock) {
        self.object = LedgerObject(course: course, io: io)
        self.clock = clock
    }

    /// Counts a volume, once however often it is repeated; with other bytes than before it corrects the count.
    ///
    /// - Parameter quota: what the volume's class lets students and course have, which is kept for later; `nil` is what
    ///   was kept.
    /// - Throws: ``LockerError`` with `resourceExhausted` if a quota has no room for what comes to it; it is not
    ///   counted then, and what it counted for before stays.
    func count(_ volume: RecordKey, student: String, bytes: Int64, quota: Quota? = nil) async throws {
        try await self.enqueue(Change(volume: volume, student: student, bytes: bytes, quota: quota))
    }

    /// Counts other bytes for a volume that is counted; one that is gone meanwhile is left alone.
    ///
    /// - Throws: as ``count(_:student:bytes:quota:)``.
    func correct(_ volume: RecordKey, student: String, bytes: Int64) async throws {
        try await self.enqueue(Change(volume: volume, student: student, bytes: bytes, isCorrection: true))
    }

    /// Takes a volume out; one that is not counted is left alone.
    func release(_ volume: RecordKey, student: String) async throws {
        try await self.enqueue(Change(volume: volume, student: student, bytes: nil))
    }

    private func enqueue(_ change: Change) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            self.waiting.append(Waiting(change: change, continuation: continuation))
            guard !self.isWriting else { return }
            self.isWriting = true
            // Owned by the changes that wait for it: it ends when there are none.
            Task { await self.writeAll() }
        }
    }

    private func writeAll() async {
        while !self.waiting.isEmpty {
            let batch = Array(self.waiting.prefix(Self.batch))
            self.waiting.removeFirst(batch.count)
            do {
                let refusals = try await self.write(batch.map(\.change))
                for (entry, refusal) in zip(batch, refusals) {
                    if let refusal {
                        entry.continuation.resume(throwing: refusal.error(course: self.object.course))
                    } else {
                        entry.continuation.resume()
                    }
                }
            } catch {
                for entry in batch { entry.continuation.resume(throwing: error) }
            }
        }
        self.isWriting = false
    }

    /// Writes the changes that fit.
    ///
    /// - Returns: for each change why it does not; `nil` if it does.
    private func write(_ changes: [Change]) async throws -> [QuotaExcess?] {
        for _ in 0..<LedgerObject.attempts {
            let reading = try await self.read(for: changes)
            var next = LedgerState(
                entries: try reading.decoded(LedgerEntry.self, "v/"),
                totals: try reading.decoded(StudentTotal.self, "s/"),
                course: reading.course,
                exceptions: try reading.decoded(QuotaException.self, "q")
            )
            let now = self.clock.milliseconds
            let refusals = changes.map { next.apply($0, at: now) }
            // A refusal by a sum is as sure as one by a total only if nothing was counted while it was made.
            if reading.isSummedUp, refusals.contains(where: { $0 != nil }) { next.keepCourse() }
            let update = try next.encodedChanges()
            guard !update.isEmpty else { return refusals }
            if try await self.object.write(update, comparing: reading) { return refusals }
        }
        throw self.object.contended
    }

    /// What the changes touch, as it is at one moment.
    private func read(for changes: [Change]) async throws -> LedgerObject.Reading {
        var students = Set(changes.map(\.student))
        while true {
            var keys: Set = [LedgerState.exceptionKey("")]
            for change in changes { keys.insert(LedgerState.key(of: change.volume)) }
            for student in students where !student.isEmpty {
                keys.formUnion([LedgerState.totalKey(student), LedgerState.exceptionKey(student)])
            }
            let reading = try await self.object.read(keys)
            // A volume that was counted for another student than it is now said to be.
            let owners = Set(try reading.decoded(LedgerEntry.self, "v/").values.map(\.student)).filter { !$0.isEmpty }
            guard !owners.isSubset(of: students) else { return reading }
            students.formUnion(owners)
        }
    }
}
