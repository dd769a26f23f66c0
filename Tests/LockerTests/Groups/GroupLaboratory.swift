// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Testing

extension Controller {
    /// Takes a group's snapshot.
    func group(
        _ name: String = "group-1",
        of sources: [VolumeHandle],
        parameters: [String: String] = [:]
    ) async throws -> GroupSnapshotDescription {
        let parameters = try SnapshotParameters(parameters)
        let request = GroupSnapshotRequest(name: name, sources: sources, parameters: parameters)
        return try await self.volumes.createGroupSnapshot(request, at: self.location, candidates: [self.namespace])
    }

    func deleteGroup(_ group: GroupSnapshotDescription, parts: [String]? = nil) async throws {
        let parts = parts ?? group.snapshots.map(\.handle.text)
        let candidates = [self.namespace]
        try await self.volumes.deleteGroupSnapshot(
            group.handle,
            parts: parts,
            at: self.location,
            candidates: candidates
        )
    }

    func findGroup(_ group: GroupSnapshotDescription, parts: [String]? = nil) async throws -> GroupSnapshotDescription {
        try await self.volumes.findGroupSnapshot(
            group.handle,
            parts: parts ?? group.snapshots.map(\.handle.text),
            at: self.location,
            candidates: [self.namespace]
        )
    }
}

extension Laboratory {
    /// Lends a laboratory with volumes that hold their own number to `body`.
    static func withVolumes(
        _ count: Int = 3,
        _ body: (Laboratory, [VolumeHandle]) async throws -> Void
    ) async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller("maker")
            var volumes: [VolumeHandle] = []
            for number in 0..<count {
                let volume = try await controller.create(laboratory.request("pvc-\(number)"))
                volumes.append(volume.handle)
                try await laboratory.write(UInt8(number), to: volume.handle)
            }
            try await body(laboratory, volumes)
        }
    }

    func write(_ byte: UInt8, to volume: VolumeHandle) async throws {
        try await self.io.withImage(.id(volume.imageID), readOnly: false) { try $0.write(offset: 4096, [byte]) }
    }

    /// The byte that a snapshot holds of what ``write(_:to:)`` writes.
    func byte(of snapshot: SnapshotDescription) async throws -> UInt8? {
        try await self.io.withImage(.id(snapshot.handle.imageID), readOnly: true) { image in
            try image.look(atSnapshot: snapshot.handle.snapshotID)
            return try image.read(offset: 4096, count: 1).first
        }
    }

    /// The records of groups' snapshots.
    func groupRecords() async throws -> [GroupSnapshotRecord] {
        guard let store = try await RecordStore.open(self.io, layouts: LayoutCache(), creating: false) else {
            return []
        }
        var records: [GroupSnapshotRecord] = []
        try await store.forEach(of: GroupSnapshotRecord.self, prefix: "g/") { records.append($1.value) }
        return records
    }

    /// Expects one group's snapshot in RBD and as records, none of its images in a group.
    func expectOne(
        _ group: GroupSnapshotDescription,
        of volumes: [VolumeHandle],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(try await self.groupRecords() == [group.record], sourceLocation: sourceLocation)
        #expect(group.record.phase == .ready && group.record.step == nil, sourceLocation: sourceLocation)
        #expect(try await self.io.groups() == [group.record.groupName], sourceLocation: sourceLocation)
        let taken = try await self.io.groupSnapshots(of: group.record.groupName)
        #expect(taken.count == 1 && taken[0].isComplete, "\(taken)", sourceLocation: sourceLocation)
        #expect(try await self.io.images(inGroup: group.record.groupName) == [], sourceLocation: sourceLocation)
        let records = Set(try await self.snapshotRecords())
        #expect(records == Set(group.snapshots.map(\.record)), sourceLocation: sourceLocation)
        #expect(group.snapshots.count == volumes.count, sourceLocation: sourceLocation)
        for volume in volumes {
            let parts = try await self.snapshots(of: volume)
            #expect(parts.map(\.kind) == [.group], sourceLocation: sourceLocation)
            let described = group.snapshots.filter { $0.handle.imageID == volume.imageID }
            #expect(described.map(\.handle.snapshotID) == parts.map(\.id), sourceLocation: sourceLocation)
            #expect(described.map(\.record.sourceVolumeID) == [volume.text], sourceLocation: sourceLocation)
        }
    }

    /// Expects that there is nothing of any group's snapshot.
    func expectNoGroup(of volumes: [VolumeHandle], sourceLocation: SourceLocation = #_sourceLocation) async throws {
        #expect(try await self.groupRecords() == [], sourceLocation: sourceLocation)
        #expect(try await self.io.groups() == [], sourceLocation: sourceLocation)
        for volume in volumes { try await self.expectNoSnapshot(of: volume, sourceLocation: sourceLocation) }
        for volume in volumes {
            let isFree = try await self.io.withImage(.id(volume.imageID), readOnly: true) { try $0.group() == nil }
            #expect(isFree, sourceLocation: sourceLocation)
        }
    }
}
