// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// How many snapshots an image may have, those included that only clones still need: kernel rbd maps no image with
    /// more than 510.
    static let mostSnapshots = 500

    /// The record of a volume that a snapshot can be taken of.
    ///
    /// - Throws: ``LockerError``: `notFound` if there is no such volume, `aborted` while it is being deleted.
    func source(_ handle: VolumeHandle, at place: Place) async throws -> VolumeRecord {
        guard let found = try await place.store.volume(place.key)?.value, found.imageID == handle.imageID else {
            throw Self.missing(handle)
        }
        guard found.phase == .ready else {
            throw LockerError(.aborted, "volume \"\(found.requestName)\" is being deleted; try again later")
        }
        return found
    }

    /// Takes the snapshot of a record whose step is in this process' hands.
    ///
    /// What the volume holds is read before and after: a snapshot of a filesystem that is just being made is of no use.
    /// So is whether the volume is still there. DeleteVolume marks the record before it counts the snapshots, so that
    /// one of the two sees the other.
    ///
    /// - Returns: `nil` if the record changed meanwhile.
    func take(
        _ mine: Stored<SnapshotRecord>,
        of handle: VolumeHandle,
        key: RecordKey,
        at place: Place
    ) async throws -> SnapshotRecord? {
        do {
            for _ in 0..<4 {
                let before = try await self.source(handle, at: place)
                guard before.filesystem?.state != .formatting else { break }
                let snapshot = try await self.snap(mine.value, io: place.io)
                try self.hook.reached("snapshot.taken")
                let after = try await self.source(handle, at: place)
                guard Self.holdsTheSame(before, after) else { continue }
                return try await self.record(snapshot, of: after, in: mine, key: key, at: place)
            }
            throw LockerError(
                .aborted,
                "volume \(handle.text) gets its filesystem just now, so that a snapshot would hold half of it; try again"
                    + " later"
            )
        } catch let error as CephError where !error.isAmbiguous {
            try await self.takeBack(mine, key: key, at: place)
            throw error
        } catch let error as LockerError {
            try await self.takeBack(mine, key: key, at: place)
            throw error
        }
    }

    private func record(
        _ snapshot: Snapshot,
        of source: VolumeRecord,
        in mine: Stored<SnapshotRecord>,
        key: RecordKey,
        at place: Place
    ) async throws -> SnapshotRecord? {
        var record = mine.value
        record.snapshotID = snapshot.id
        record.payloadBytes = Int64(snapshot.size) - source.dataOffsetBytes
        record.dataOffsetBytes = source.dataOffsetBytes
        record.takenAt = snapshot.createdAt * 1000
        record.filesystem = source.filesystem
        record.encryption = source.encryption
        record.dataKeyID = source.dataKeyID
        record.wrappingKeyID = source.wrappingKeyID
        record.cloneDepth = source.cloneDepth
        record.phase = .ready
        record.step = nil
        guard let ready = try await place.store.put(record, at: key, replacing: mine) else { return nil }
        try self.hook.reached("snapshot.ready")
        self.logger.info("Snapshot taken", metadata: record.logMetadata)
        return ready.value
    }

    /// Whether the volume held the same filesystem, or none, both times.
    static func holdsTheSame(_ before: VolumeRecord, _ after: VolumeRecord) -> Bool {
        let (old, new) = (before.filesystem ?? Filesystem(), after.filesystem ?? Filesystem())
        return old.state == new.state && old.type == new.type && old.uuid == new.uuid
    }

    /// Makes the snapshot in RBD; one that is there is of an earlier attempt, and of another moment.
    private func snap(_ record: SnapshotRecord, io: IOContext) async throws -> Snapshot {
        let name = record.snapshotName
        let taken: Snapshot?
        do {
            taken = try await io.withImage(.id(record.imageID), readOnly: false) { image in
                guard try image.snapshots().count < Self.mostSnapshots else { throw Self.tooMany(record) }
                do {
                    try image.createSnapshot(name)
                } catch let error as CephError where error.code == .fileExists {
                    try image.removeWholeSnapshot(name)
                    try image.createSnapshot(name)
                }
                return try Self.userSnapshot(name, of: image)
            }
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            throw LockerError(
                .notFound,
                "image \(io.path(record.imageName)) (id \(record.imageID)) of volume \"\(record.sourceName)\" is gone",
                cause: error
            )
        }
        if let taken { return taken }
        // Made by the client that holds the lock, and not seen by this one yet.
        let seen = try await io.withImage(.id(record.imageID), readOnly: true) { try Self.userSnapshot(name, of: $0) }
        guard let seen else {
            throw LockerError(.internal, "snapshot \(io.path(record.imageName))@\(name) vanished after it was taken")
        }
        return seen
    }

    private static func userSnapshot(_ name: String, of image: borrowing Image) throws -> Snapshot? {
        try image.snapshots().first { $0.name == name && $0.kind == .user }
    }

    private static func tooMany(_ record: SnapshotRecord) -> LockerError {
        LockerError(
            .resourceExhausted,
            "volume \"\(record.sourceName)\" has \(self.mostSnapshots) snapshots, counting those that volumes made from"
                + " them still need; delete some, with the volumes made from them"
        )
    }

    /// Takes back a snapshot that is not to be: first the snapshot, then its record.
    private func takeBack(_ mine: Stored<SnapshotRecord>, key: RecordKey, at place: Place) async throws {
        try await self.unsnap(mine.value, io: place.io)
        try self.hook.reached("snapshot.undone")
        // Lost to another controller only if that one has fenced this: then it is theirs to finish.
        _ = try await place.store.remove(mine, at: key)
    }

    /// Removes a record's snapshot in RBD, if it and its image are there.
    func unsnap(_ record: SnapshotRecord, io: IOContext) async throws {
        do {
            try await io.withImage(.id(record.imageID), readOnly: false) {
                try $0.removeWholeSnapshot(record.snapshotName)
            }
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            // Not there, or not any more.
        }
    }
}
