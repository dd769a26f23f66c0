// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto

/// What a course has in a pool and namespace at one look, each with the key of its record.
struct CourseHoldings: Sendable {
    private(set) var snapshots: [(RecordKey, SnapshotRecord)] = []
    private(set) var volumes: [(RecordKey, VolumeRecord)] = []
    /// Snapshots of groups that have volumes of the course; each member's own is not among ``snapshots``.
    private(set) var groups: [(RecordKey, GroupSnapshotRecord)] = []
    /// How many snapshots each volume has, by its record's key, parts of groups' snapshots included.
    private var counts: [[UInt8]: Int] = [:]
    private var erasures: [(RecordKey, VolumeRecord)] = []

    /// Looks.
    ///
    /// - Throws: `CephError`; ``LockerError`` for a record that cannot be read.
    init(of course: String, in store: RecordStore) async throws {
        let snapshots = try await Self.records(of: SnapshotRecord.self, in: store) { $0.course == course }
        for (_, snapshot) in snapshots { self.counts[snapshot.sourceKey, default: 0] += 1 }
        self.snapshots = snapshots.filter { $0.1.groupSnapshotID.isEmpty }
        self.volumes = try await Self.records(of: VolumeRecord.self, in: store) { $0.course == course }
        let own = Set(self.volumes.map(\.0.bytes))
        self.groups = try await Self.records(of: GroupSnapshotRecord.self, in: store) { group in
            group.members.contains { own.contains($0.volumeKey) }
        }
        for record in try await Self.pending(of: course, in: store).values {
            guard let key = RecordKey(imageName: record.imageName) else { continue }
            self.erasures.append((key, record))
        }
    }

    /// The course's volumes that are being erased, by their images' ids.
    static func pending(of course: String, in store: RecordStore) async throws -> [String: VolumeRecord] {
        var found: [String: VolumeRecord] = [:]
        try await store.forEach(of: VolumeRecord.self, prefix: "e/") { _, stored in
            if stored.value.course == course { found[stored.value.imageID] = stored.value }
        }
        return found
    }

    /// The keys of the volumes' records, by their images' ids.
    var recordKeys: [String: RecordKey] {
        Dictionary((self.volumes + self.erasures).map { ($0.1.imageID, $0.0) }) { first, _ in first }
    }

    /// The volumes by student and name, as a survey tells them.
    func listed(in namespace: String) -> [TermVolume] {
        let kept = self.volumes.map { key, record in
            TermVolume(record, namespace: namespace, snapshots: self.counts[key.bytes, default: 0])
        }
        let erasing = self.erasures.map { TermVolume($0.1, namespace: namespace, snapshots: 0) }
        return (kept + erasing).sorted { ($0.student, $0.volume, $0.image) < ($1.student, $1.volume, $1.image) }
    }

    /// The course's volumes without some.
    func without(_ names: Set<String>) -> CourseHoldings {
        var rest = self
        rest.volumes.removeAll { names.contains($0.1.requestName) }
        rest.snapshots.removeAll { names.contains($0.1.sourceName) }
        return rest
    }

    /// The members of a group's snapshot that are none of these volumes, by their images' names.
    func strangers(in group: GroupSnapshotRecord) -> [String] {
        let own = Set(self.volumes.map(\.0.bytes))
        return group.members.filter { !own.contains($0.volumeKey) }.map(\.imageName)
    }

    private static func records<Record: KeptRecord>(
        of type: Record.Type,
        in store: RecordStore,
        where isWanted: (Record) -> Bool
    ) async throws -> [(RecordKey, Record)] {
        var found: [(RecordKey, Record)] = []
        try await store.forEach(of: type, prefix: Record.prefix) { name, stored in
            guard isWanted(stored.value), let key = RecordKey(hex: name.dropFirst(Record.prefix.count)) else { return }
            found.append((key, stored.value))
        }
        return found
    }
}
