// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Testing

extension Controller {
    /// Takes a snapshot of a volume.
    func snapshot(
        _ name: String = "snap-1",
        of source: VolumeHandle,
        parameters: [String: String] = [:]
    ) async throws -> SnapshotDescription {
        let request = SnapshotRequest(name: name, source: source, parameters: try SnapshotParameters(parameters))
        return try await self.volumes.createSnapshot(request, at: self.location, candidates: [self.namespace])
    }

    func deleteSnapshot(_ handle: SnapshotHandle) async throws {
        try await self.volumes.deleteSnapshot(handle, at: self.location, candidates: [self.namespace])
    }

    func findSnapshot(_ handle: SnapshotHandle) async throws -> SnapshotDescription? {
        try await self.volumes.findSnapshot(handle, at: self.location, candidates: [self.namespace])
    }

    /// What the janitor does in the namespace.
    func tidy() async throws {
        try await self.volumes.tidy(pool: "students", namespace: self.namespace, target: self.location.target)
    }
}

extension Laboratory {
    /// The records of snapshots.
    func snapshotRecords() async throws -> [SnapshotRecord] {
        guard let store = try await RecordStore.open(self.io, layouts: LayoutCache(), creating: false) else {
            return []
        }
        var records: [SnapshotRecord] = []
        try await store.forEach(of: SnapshotRecord.self, prefix: "s/") { records.append($1.value) }
        return records
    }

    /// An image's snapshots in RBD.
    func snapshots(of volume: VolumeHandle) async throws -> [Snapshot] {
        try await self.io.withImage(.id(volume.imageID), readOnly: true) { try $0.snapshots() }
    }

    /// Expects one snapshot of a volume, in RBD and as a record.
    func expectOne(
        _ snapshot: SnapshotDescription,
        of volume: VolumeHandle,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(try await self.snapshotRecords() == [snapshot.record], sourceLocation: sourceLocation)
        #expect(snapshot.record.phase == .ready && snapshot.record.step == nil, sourceLocation: sourceLocation)
        let found = try await self.snapshots(of: volume)
        #expect(found.map(\.id) == [snapshot.handle.snapshotID], sourceLocation: sourceLocation)
        #expect(found.map(\.name) == [snapshot.record.snapshotName], sourceLocation: sourceLocation)
        #expect(found.allSatisfy { $0.kind == .user }, sourceLocation: sourceLocation)
    }

    /// Expects that a volume has no snapshot, in RBD or as a record.
    func expectNoSnapshot(
        of volume: VolumeHandle,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(try await self.snapshotRecords() == [], sourceLocation: sourceLocation)
        #expect(try await self.snapshots(of: volume) == [], sourceLocation: sourceLocation)
    }
}
