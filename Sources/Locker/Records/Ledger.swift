// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import Rados
internal import Synchronization
internal import SystemPackage

/// What each student of a course has: one omap key a volume, so that a repeat counts once, and one total a student.
///
/// Changes of volumes that are made at the same time go into one operation on the OSD: while one is on its way, those
/// that come wait and go together with the next. Every operation asserts what it read.
package actor Ledger {
    /// One volume's place in the ledger.
    package struct Change: Sendable, Hashable {
        let volume: RecordKey
        let student: String
        /// The volume's bytes; `nil` takes it out.
        let bytes: Int64?
    }

    private struct Waiting {
        let change: Change
        let continuation: CheckedContinuation<Void, any Error>
    }

    nonisolated let io: IOContext
    nonisolated let object: String
    private let clock: WallClock
    private var waiting: [Waiting] = []
    private var isWriting = false

    /// How many changes go into one operation at most.
    private static let batch = 64

    init(course: String, io: IOContext, clock: WallClock) {
        self.io = io
        self.object = Self.object(of: course)
        self.clock = clock
    }

    /// The object of a course's ledger.
    static func object(of course: String) -> String { "locker.ledger.\(course)" }

    /// Counts a volume, once however often it is repeated; with other bytes than before it corrects the count.
    func count(_ volume: RecordKey, student: String, bytes: Int64) async throws {
        try await self.enqueue(Change(volume: volume, student: student, bytes: bytes))
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
            let result: Result<Void, any Error>
            do {
                try await self.write(batch.map(\.change))
                result = .success(())
            } catch {
                result = .failure(error)
            }
            for entry in batch { entry.continuation.resume(with: result) }
        }
        self.isWriting = false
    }

    private func write(_ changes: [Change]) async throws {
        let volumeKeys = changes.map { "v/\($0.volume.hex)" }
        for _ in 0..<32 {
            let entries = try await self.values(volumeKeys)
            let counted = try entries.mapValues { try LedgerEntry(decoding: $0) }
            let students = Set(changes.map(\.student)).union(counted.values.map(\.student)).filter { !$0.isEmpty }
            let totalKeys = students.map { "s/\($0)" }
            let totals = try await self.values(totalKeys)
            var next = LedgerState(entries: counted, totals: try totals.mapValues { try StudentTotal(decoding: $0) })
            for change in changes { next.apply(change, at: self.clock.milliseconds) }
            let update = try next.encodedChanges()
            guard !update.isEmpty else { return }
            do {
                try await self.io.write(self.object) { operation in
                    operation.create(exclusive: false)
                    for key in Set(volumeKeys) { operation.compareOmap(key: key, equals: entries[key] ?? []) }
                    for key in totalKeys { operation.compareOmap(key: key, equals: totals[key] ?? []) }
                    operation.setOmap(update.compactMapValues { $0 })
                    operation.removeOmap(update.filter { $0.value == nil }.map(\.key))
                }
                return
            } catch let error as CephError where error.code == .canceled && error.call.hasSuffix("operate") {
                continue
            }
        }
        throw LockerError(.aborted, "the ledger \(self.io.path(self.object)) is changed by many at once; try again")
    }

    private func values(_ keys: [String]) async throws -> [String: [UInt8]] {
        do {
            return try await self.io.omapValues(of: self.object, keys: keys)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return [:]
        }
    }
}
