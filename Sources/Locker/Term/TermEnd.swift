// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
package import Rados

/// The end of a course's term: every volume of the course is deleted and erased, with its snapshots.
///
/// It does what DeleteSnapshot and DeleteVolume do, as one more controller: whatever moment it is killed at, a repeat goes
/// on from there, and what was deleted by then is erased by the controllers. A volume that a node has is refused, as
/// DeleteVolume would refuse it.
package struct TermEnd: Sendable {
    private let volumes: Volumes
    private let location: VolumeLocation
    private let course: String

    /// How many volumes are deleted at once.
    private static let width = 8

    /// The end of a course's term.
    ///
    /// - Parameters:
    ///   - volumes: the installation that made the course's volumes, by its driver's name and instance key.
    ///   - location: the cluster and user.
    package init(course: String, volumes: Volumes, at location: VolumeLocation) {
        self.course = course
        self.volumes = volumes
        self.location = location
    }

    /// What the course has in a pool and namespace; nothing is changed.
    package func survey(_ io: IOContext) async throws -> [TermVolume] {
        guard let store = try await self.store(io) else { return [] }
        return try await CourseHoldings(of: self.course, in: store).listed(in: io.namespace)
    }

    /// Deletes what the course has in a pool and namespace, and waits until it is erased.
    ///
    /// - Parameters:
    ///   - patience: how long the erasures are waited for.
    ///   - progress: told how many of how many volumes are done with; from any thread.
    /// - Returns: what became of each volume that was there at the beginning.
    package func end(
        _ io: IOContext,
        patience: Duration,
        progress: @escaping @Sendable (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) async throws -> [TermVolume] {
        guard let store = try await self.store(io) else { return [] }
        let holdings = try await CourseHoldings(of: self.course, in: store)
        var found = holdings.listed(in: io.namespace)
        progress(0, found.count)
        // What an earlier call, or a controller that is gone, has deleted and not erased.
        await self.volumes.erasures.sweep(pool: io.poolName, namespace: io.namespace, target: self.location.target)
        let refusals = try await self.delete(holdings, in: io)
        for index in found.indices where found[index].outcome == .kept {
            found[index].outcome = .erasing
            guard let refusal = refusals[found[index].volume] else { continue }
            (found[index].outcome, found[index].reason) = (.refused, refusal)
        }
        let keys = holdings.recordKeys
        let clock = ContinuousClock()
        let deadline = clock.now + patience
        while true {
            // Only of what is not listed as pending any more is a receipt asked for.
            let pending = try await CourseHoldings.pending(of: self.course, in: store)
            for index in found.indices where found[index].outcome == .erasing {
                let image = found[index].image
                if let record = pending[image] {
                    found[index].reason = record.erasure?.reason ?? ""
                } else if let key = keys[image], try await store.receipt(imageID: image, of: key) != nil {
                    (found[index].outcome, found[index].reason) = (.erased, "")
                }
            }
            progress(found.count { $0.outcome != .erasing }, found.count)
            guard found.contains(where: { $0.outcome == .erasing }), clock.now < deadline else { break }
            try await Task.sleep(for: .milliseconds(500))
        }
        for index in found.indices where found[index].outcome == .erasing && found[index].reason.isEmpty {
            found[index].reason = "its data is being removed"
        }
        return found
    }

    private func store(_ io: IOContext) async throws -> RecordStore? {
        try await RecordStore.open(io, layouts: self.volumes.layouts, creating: false)
    }

    /// Snapshots first, since a volume that has some is not deleted.
    ///
    /// - Returns: why a volume was refused, by its name.
    private func delete(_ holdings: CourseHoldings, in io: IOContext) async throws -> [String: String] {
        let snapshotRefusals = try await Self.each(holdings.snapshots) { key, record in
            let description = try self.volumes.describe(
                record,
                key: key,
                clusterID: self.location.clusterID,
                io: io
            )
            try await self.volumes.deleteSnapshot(description.handle, at: self.location, candidates: [io.namespace])
        } name: {
            $0.sourceName
        }
        let refusals = try await Self.each(holdings.volumes) { key, record in
            try await self.delete(record, key: key, io: io)
        } name: {
            $0.requestName
        }
        // Why a snapshot stays says more than that there is one.
        return refusals.merging(snapshotRefusals.filter { refusals[$0.key] != nil }) { "\($1) (\($0))" }
    }

    private func delete(_ record: VolumeRecord, key: RecordKey, io: IOContext) async throws {
        guard key == self.volumes.recordKey(named: record.requestName) else {
            throw LockerError(
                .failedPrecondition,
                "it belongs to an installation with another --driver-name than \(self.volumes.identity.instance)"
            )
        }
        guard record.phase != .creating else {
            throw LockerError(.aborted, "it is being made just now; repeat this when it is, or is given up")
        }
        let description = try self.volumes.describe(record, key: key, location: self.location, io: io)
        try await self.volumes.delete(description.handle, at: self.location, candidates: [io.namespace])
    }

    /// Runs `body` for a few at a time.
    ///
    /// - Returns: what was refused, by name; other failures are thrown.
    private static func each<Record: Sendable>(
        _ records: [(RecordKey, Record)],
        _ body: @escaping @Sendable (RecordKey, Record) async throws -> Void,
        name: (Record) -> String
    ) async throws -> [String: String] {
        var refusals: [String: String] = [:]
        for start in stride(from: 0, to: records.count, by: Self.width) {
            let part = records[start..<min(start + Self.width, records.count)]
            let failures = try await withThrowingTaskGroup(of: (Int, String?).self) { group in
                for index in part.indices {
                    let (key, record) = records[index]
                    group.addTask {
                        do {
                            try await body(key, record)
                            return (index, nil)
                        } catch let error as LockerError where error.code != .unavailable {
                            return (index, error.message)
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for (index, message) in failures { refusals[name(records[index].1)] = message }
        }
        return refusals
    }
}
