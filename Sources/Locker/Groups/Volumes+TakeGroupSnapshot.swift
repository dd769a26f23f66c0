// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Takes the group's snapshot of a record whose step is in this process' hands.
    ///
    /// As with a single snapshot, what the volumes hold is read before and after, and so is whether they are still
    /// there: DeleteVolume marks its record before it counts the snapshots, so that one of the two sees the other.
    ///
    /// - Returns: `nil` if the record changed meanwhile.
    func take(
        _ mine: Stored<GroupSnapshotRecord>,
        of sources: [VolumeHandle],
        key: RecordKey,
        store: RecordStore,
        clusterID: String
    ) async throws -> GroupSnapshotRecord? {
        do {
            for _ in 0..<4 {
                let before = try await self.volumes(sources, store: store)
                try await self.gather(mine.value, io: store.io)
                try self.hook.reached("group.gathered")
                let parts = try await self.snap(mine.value, volumes: before, io: store.io)
                try self.hook.reached("group.taken")
                let after = try await self.volumes(sources, store: store)
                guard zip(before, after).allSatisfy(Self.holdsTheSame) else { continue }
                return try await self.record(parts, of: after, in: mine, key: key, store: store, clusterID: clusterID)
            }
            throw LockerError(
                .aborted,
                "a volume of group snapshot \"\(mine.value.requestName)\" gets its filesystem just now, so that a snapshot"
                    + " would hold half of it; try again later"
            )
        } catch let error as CephError where !error.isAmbiguous {
            try await self.takeBack(mine, key: key, store: store)
            throw error
        } catch let error as LockerError {
            try await self.takeBack(mine, key: key, store: store)
            throw error
        }
    }

    /// The records of the volumes, none of which is being formatted.
    private func volumes(_ sources: [VolumeHandle], store: RecordStore) async throws -> [VolumeRecord] {
        var records: [VolumeRecord] = []
        for source in sources {
            let volume = try await self.source(source, at: Place(store: store, key: source.recordKey))
            guard volume.filesystem?.state != .formatting else {
                throw LockerError(
                    .aborted,
                    "volume \"\(volume.requestName)\" gets its filesystem just now; try again later"
                )
            }
            records.append(volume)
        }
        return records
    }

    /// Takes the snapshot in RBD; one that is there is of an earlier attempt, and of another moment.
    ///
    /// - Returns: its parts, in the order of the volumes.
    private func snap(_ record: GroupSnapshotRecord, volumes: [VolumeRecord], io: IOContext) async throws -> [Snapshot]
    {
        let (group, name) = (record.groupName, record.snapshotName)
        if try await io.groupSnapshots(of: group).contains(where: { $0.name == name }) {
            try await io.removeGroupSnapshot(name, of: group)
        }
        do {
            try await io.createGroupSnapshot(name, of: group)
        } catch let error as CephError where !error.isAmbiguous {
            throw try await self.refusal(of: error, volumes: volumes, io: io)
        }
        var parts: [Snapshot] = []
        for volume in volumes {
            let part = try await io.withImage(.id(volume.imageID), readOnly: true) {
                try $0.part(ofGroupSnapshot: name, of: group)
            }
            guard let part else {
                throw LockerError(
                    .internal,
                    "group snapshot \(io.path(group))@\(name) has no part in image \(io.path(volume.imageName))"
                )
            }
            parts.append(part)
        }
        return parts
    }

    /// Writes the record of each part, lets the images out of the group again, so that they can be in the next one, and
    /// ends the step. The group's snapshot stays without them.
    private func record(
        _ parts: [Snapshot],
        of volumes: [VolumeRecord],
        in mine: Stored<GroupSnapshotRecord>,
        key: RecordKey,
        store: RecordStore,
        clusterID: String
    ) async throws -> GroupSnapshotRecord? {
        var group = mine.value
        let handle = try GroupSnapshotHandle(
            clusterID: clusterID,
            poolID: store.io.poolID,
            namespace: store.io.namespace,
            recordKey: key,
            createdAt: group.createdAt,
            keys: self.keys
        )
        for (index, (part, volume)) in zip(parts, volumes).enumerated() {
            let record = self.partRecord(part, of: volume, member: group.members[index], in: group, handle: handle)
            let place = RecordKey(bytes: group.members[index].snapshotKey)
            let previous = try await store.record(SnapshotRecord.self, at: place)
            guard let written = try await store.put(record, at: place, replacing: previous) else { return nil }
            try self.hook.reached("group.listed")
            let described = try self.describe(written.value, key: place, clusterID: clusterID, io: store.io)
            group.members[index].snapshotID = described.handle.text
        }
        try await self.scatter(group, io: store.io)
        try self.hook.reached("group.scattered")
        group.phase = .ready
        group.step = nil
        group.takenAt = (parts.map(\.createdAt).max() ?? 0) * 1000
        guard let ready = try await store.put(group, at: key, replacing: mine) else { return nil }
        try self.hook.reached("group.ready")
        self.logger.info("Group snapshot taken", metadata: group.logMetadata)
        return ready.value
    }

    private func partRecord(
        _ part: Snapshot,
        of volume: VolumeRecord,
        member: GroupSnapshotRecord.Member,
        in group: GroupSnapshotRecord,
        handle: GroupSnapshotHandle
    ) -> SnapshotRecord {
        SnapshotRecord(
            phase: .ready,
            requestName: "\(group.requestName)/\(volume.requestName)",
            parametersDigest: group.parametersDigest,
            parameters: group.parameters,
            sourceVolumeID: member.volumeID,
            sourceName: volume.requestName,
            sourceKey: member.volumeKey,
            groupSnapshotID: handle.text,
            payloadBytes: Int64(part.size) - volume.dataOffsetBytes,
            dataOffsetBytes: volume.dataOffsetBytes,
            imageName: volume.imageName,
            imageID: volume.imageID,
            fsid: group.fsid,
            poolID: group.poolID,
            radosNamespace: group.radosNamespace,
            snapshotName: part.name,
            snapshotID: part.id,
            handleKey: UInt32(self.keys.signing),
            course: volume.course,
            student: volume.student,
            capabilities: volume.capabilities,
            filesystem: volume.filesystem,
            encryption: volume.encryption,
            dataKeyID: volume.dataKeyID,
            wrappingKeyID: volume.wrappingKeyID,
            cloneDepth: volume.cloneDepth,
            createdAt: group.createdAt,
            takenAt: part.createdAt * 1000
        )
    }
}
