// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
package import Rados
internal import SystemPackage

/// The end of a course's term: every volume of the course is deleted and erased, with its snapshots; before that it is
/// copied to another pool, if the course is to be archived.
///
/// It does what DeleteSnapshot and DeleteVolume do, as one more controller: whatever moment it is killed at, a repeat goes
/// on from there, and what was deleted by then is erased by the controllers. A volume that a node has is refused, as
/// DeleteVolume would refuse it.
package struct TermEnd: Sendable {
    let volumes: Volumes
    let location: VolumeLocation
    let course: String

    /// How many volumes are deleted at once.
    private static let width = 8
    /// How many are copied at once: each is read twice, and read and written once.
    private static let copies = 2

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
    ///
    /// - Parameter forArchive: whether it is told how much a copy of each would take, for which its image is opened.
    package func survey(_ io: IOContext, forArchive: Bool = false) async throws -> [TermVolume] {
        guard let store = try await self.store(io) else { return [] }
        var found = try await CourseHoldings(of: self.course, in: store).listed(in: io.namespace)
        guard forArchive else { return found }
        for index in found.indices where found[index].outcome == .kept {
            let image = CopiedSnapshot(io: io, imageID: found[index].image, snapshotID: nil)
            do {
                found[index].contentBytes = Int64(clamping: try await image.writtenBytes())
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                found[index].reason = "its image is gone"
            }
        }
        return found
    }

    /// Deletes what the course has in a pool and namespace, and waits until it is erased.
    ///
    /// - Parameters:
    ///   - archive: where each volume is copied to before it is deleted; `nil` for nowhere. What cannot be copied is not
    ///     deleted.
    ///   - patience: how long the erasures are waited for.
    ///   - progress: told how many of how many volumes are done with; from any thread.
    /// - Returns: what became of each volume that was there at the beginning.
    package func end(
        _ io: IOContext,
        archive: ArchiveOrder? = nil,
        patience: Duration,
        progress: @escaping @Sendable (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) async throws -> [TermVolume] {
        guard let store = try await self.store(io) else { return [] }
        let holdings = try await CourseHoldings(of: self.course, in: store)
        var found = holdings.listed(in: io.namespace)
        progress(0, found.count)
        // What an earlier call, or a controller that is gone, has deleted and not erased.
        await self.volumes.erasures.sweep(pool: io.poolName, namespace: io.namespace, target: self.location.target)
        var refusals: [String: String] = [:]
        if let archive { refusals = try await self.archive(holdings, in: io, by: archive) }
        let copied = holdings.without(Set(refusals.keys))
        refusals.merge(try await self.delete(copied, in: store, areArchived: archive != nil)) { first, _ in first }
        for index in found.indices where found[index].outcome == .kept {
            found[index].outcome = .erasing
            guard let refusal = refusals[found[index].volume] else { continue }
            (found[index].outcome, found[index].reason) = (.refused, refusal)
        }
        try await self.wait(for: &found, keys: holdings.recordKeys, in: store, patience: patience, progress)
        for index in found.indices where found[index].outcome == .erasing && found[index].reason.isEmpty {
            found[index].reason = "its data is being removed"
        }
        if let archive { try await self.note(&found, in: io, by: archive) }
        return found
    }

    /// Waits until those that are being erased are, each with a receipt.
    private func wait(
        for found: inout [TermVolume],
        keys: [String: RecordKey],
        in store: RecordStore,
        patience: Duration,
        _ progress: @Sendable (_ done: Int, _ all: Int) -> Void
    ) async throws {
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
            guard found.contains(where: { $0.outcome == .erasing }), clock.now < deadline else { return }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    private func store(_ io: IOContext) async throws -> RecordStore? {
        try await RecordStore.open(io, layouts: self.volumes.layouts, creating: false)
    }

    /// Copies the volumes.
    ///
    /// - Returns: why a volume was not, by its name.
    private func archive(
        _ holdings: CourseHoldings,
        in io: IOContext,
        by order: ArchiveOrder
    ) async throws -> [String: String] {
        let full = StopFlag()
        return try await Self.each(holdings.volumes, atOnce: Self.copies) { key, record in
            guard !full.isSet else { throw LockerError(.resourceExhausted, "pool \(order.pool) is full: not tried") }
            try self.checkOwn(record, at: key)
            do {
                let target = self.location.target
                _ = try await self.volumes.archive(record, at: key, in: io, by: order, target: target)
            } catch let error as LockerError where error.code == .resourceExhausted {
                full.set()
                throw error
            }
        } name: {
            $0.requestName
        }
    }

    /// Says of each volume which archive it has.
    private func note(_ found: inout [TermVolume], in io: IOContext, by order: ArchiveOrder) async throws {
        let place = try await io.cluster.ioContext(pool: order.pool, namespace: io.namespace)
        guard let store = try await self.store(place) else { return }
        for index in found.indices {
            let key = self.volumes.recordKey(named: Volumes.archiveName(of: found[index].image, in: io))
            guard let record = try await store.volume(key)?.value, record.phase == .ready, let archive = record.archive
            else { continue }
            found[index].archive = record.imageID
            found[index].keptUntil = DateText.iso8601(milliseconds: archive.keepUntil)
            found[index].contentBytes = archive.contentBytes
            if found[index].outcome == .erased { found[index].outcome = .archived }
        }
    }

    /// Snapshots first, since a volume that has some is not deleted.
    ///
    /// - Returns: why a volume was refused, by its name.
    private func delete(
        _ holdings: CourseHoldings,
        in store: RecordStore,
        areArchived: Bool
    ) async throws -> [String: String] {
        let io = store.io
        let groupRefusals = try await self.deleteGroups(of: holdings, in: io)
        var snapshotRefusals = try await Self.each(holdings.snapshots) { key, record in
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
        snapshotRefusals.merge(groupRefusals) { first, _ in first }
        let refusals = try await Self.each(holdings.volumes) { key, record in
            try await self.delete(record, key: key, io: io, isArchived: areArchived)
        } name: {
            $0.requestName
        }
        // Why a snapshot stays says more than that there is one.
        return refusals.merging(snapshotRefusals.filter { refusals[$0.key] != nil }) { "\($1) (\($0))" }
    }

    /// Deletes the snapshots of groups that are the course's alone.
    ///
    /// - Returns: why one was not, by the names of its volumes.
    private func deleteGroups(of holdings: CourseHoldings, in io: IOContext) async throws -> [String: String] {
        let refusals = try await Self.each(holdings.groups) { key, record in
            let strangers = holdings.strangers(in: record)
            guard strangers.isEmpty else {
                throw LockerError(
                    .failedPrecondition,
                    "group snapshot \"\(record.requestName)\" holds volumes that stay, of images"
                        + " \(strangers.joined(separator: ", ")): delete its VolumeGroupSnapshot first"
                )
            }
            let handle = try GroupSnapshotHandle(
                clusterID: self.location.clusterID,
                poolID: io.poolID,
                namespace: io.namespace,
                recordKey: key,
                createdAt: record.createdAt,
                keys: self.volumes.keys
            )
            try await self.volumes.deleteGroupSnapshot(
                handle,
                parts: record.members.map(\.snapshotID),
                at: self.location,
                candidates: [io.namespace]
            )
        } name: {
            $0.requestName
        }
        var named: [String: String] = [:]
        for (_, group) in holdings.groups {
            guard let refusal = refusals[group.requestName] else { continue }
            let members = Set(group.members.map(\.volumeKey))
            for (key, volume) in holdings.volumes where members.contains(key.bytes) {
                named[volume.requestName] = refusal
            }
        }
        return named
    }

    private func checkOwn(_ record: VolumeRecord, at key: RecordKey) throws(LockerError) {
        guard key != self.volumes.recordKey(named: record.requestName) else { return }
        throw LockerError(
            .failedPrecondition,
            "it belongs to an installation with another --driver-name than \(self.volumes.identity.instance)"
        )
    }

    private func delete(_ record: VolumeRecord, key: RecordKey, io: IOContext, isArchived: Bool) async throws {
        try self.checkOwn(record, at: key)
        if let archive = record.archive {
            throw LockerError(
                .failedPrecondition,
                "it is an archive, kept until \(DateText.iso8601(milliseconds: archive.keepUntil)): lockerctl archive erase"
                    + " erases it"
            )
        }
        guard record.phase != .creating else {
            throw LockerError(.aborted, "it is being made just now; repeat this when it is, or is given up")
        }
        let description = try self.volumes.describe(record, key: key, location: self.location, io: io)
        try await self.volumes.mutating(self.location.target, could: "delete volume \"\(record.requestName)\"") {
            cluster in
            let place = try await cluster.ioContext(poolID: io.poolID, namespace: io.namespace)
            guard let store = try await self.store(place) else { return }
            try await self.volumes.handOver(record, at: key, in: store, isArchived: isArchived)
        }
        try await self.volumes.delete(description.handle, at: self.location, candidates: [io.namespace])
    }

    /// Runs `body` for a few at a time.
    ///
    /// - Returns: what was refused, by name; other failures are thrown.
    private static func each<Record: Sendable>(
        _ records: [(RecordKey, Record)],
        atOnce width: Int = Self.width,
        _ body: @escaping @Sendable (RecordKey, Record) async throws -> Void,
        name: (Record) -> String
    ) async throws -> [String: String] {
        var refusals: [String: String] = [:]
        for start in stride(from: 0, to: records.count, by: width) {
            let part = records[start..<min(start + width, records.count)]
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
