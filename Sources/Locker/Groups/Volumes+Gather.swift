// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// How long a group's snapshot waits for an image that another one has just now. Below what a sidecar waits for an
    /// answer, and far above the second or two that a group's snapshot takes.
    static let groupPatience: Duration = .seconds(15)

    /// Makes the group and puts the images into it, in the order that every controller keeps.
    ///
    /// - Throws: ``LockerError``: `failedPrecondition` for an image that somebody else has in a group, or that has no
    ///   exclusive lock to stop its writers by; `aborted` for one that another group's snapshot keeps; `notFound` for
    ///   one that is gone.
    func gather(_ record: GroupSnapshotRecord, io: IOContext) async throws {
        do {
            try await io.createGroup(record.groupName)
        } catch let error as CephError where error.code == .fileExists {
            // An earlier attempt made it: the name belongs to this record alone.
        }
        let deadline = ContinuousClock.now + Self.groupPatience
        for member in record.members {
            while try await !self.add(member, to: record, io: io) {
                guard ContinuousClock.now < deadline else {
                    throw LockerError(
                        .aborted,
                        "volume \(member.volumeID) is in another group snapshot that is being taken; try again later"
                    )
                }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// Puts one image into the group; `false` if another group's snapshot has it for the moment.
    private func add(
        _ member: GroupSnapshotRecord.Member,
        to record: GroupSnapshotRecord,
        io: IOContext
    ) async throws -> Bool {
        do {
            let (group, features) = try await io.withImage(.id(member.imageID), readOnly: true) {
                (try $0.group(), try $0.features)
            }
            guard features.contains(.exclusiveLock) else {
                throw LockerError(
                    .failedPrecondition,
                    "image \(io.path(member.imageName)) of volume \(member.volumeID) has no exclusive-lock, so that its"
                        + " writers cannot be held for a group snapshot; switch it on with: rbd feature enable"
                        + " \(io.path(member.imageName)) exclusive-lock"
                )
            }
            if let group {
                if group.poolID == io.poolID, group.name == record.groupName { return true }
                guard try await self.isBusy(group, io: io) else {
                    throw LockerError(
                        .failedPrecondition,
                        "volume \(member.volumeID) (image \(io.path(member.imageName))) is in the RBD group \"\(group.name)\""
                            + " that somebody else has made; take it out with: rbd group image remove"
                    )
                }
                return false
            }
            try await io.addImage(member.imageName, toGroup: record.groupName)
            return true
        } catch let error as CephError where error.code == .fileExists {
            // Somebody was faster; the next look tells who.
            return false
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            throw LockerError(
                .notFound,
                "image \(io.path(member.imageName)) (id \(member.imageID)) of volume \(member.volumeID) is gone",
                cause: error
            )
        }
    }

    /// Whether a group is one of Locker's, whose images leave it again.
    private func isBusy(_ group: (poolID: Int64, name: String), io: IOContext) async throws -> Bool {
        guard group.poolID == io.poolID, let key = RecordKey(imageName: group.name),
            let store = try await RecordStore.open(io, layouts: self.layouts, creating: false)
        else { return false }
        // Gone meanwhile: then its images have left it, which the next look finds.
        guard let found = try await store.record(GroupSnapshotRecord.self, at: key)?.value else {
            return try await !io.groups().contains(group.name)
        }
        return found.phase != .unknown
    }

    /// Lets the images out of the group.
    func scatter(_ record: GroupSnapshotRecord, io: IOContext) async throws {
        for image in try await io.images(inGroup: record.groupName) {
            do {
                try await io.removeImage(image, fromGroup: record.groupName)
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                // The image is gone behind Locker's back.
            }
        }
    }

    /// Why the cluster took no snapshot of the group.
    func refusal(of error: CephError, volumes: [VolumeRecord], io: IOContext) async throws -> LockerError {
        let held: [Errno] = [.readOnlyFileSystem, .resourceBusy, .notPermitted, .timedOut]
        guard held.contains(error.code) else { return LockerError(error, could: "take the group's snapshot") }
        for volume in volumes {
            guard let attachment = volume.attachments.first else { continue }
            return LockerError(
                .failedPrecondition,
                "volume \"\(volume.requestName)\" is written to by node \(attachment.nodeID), whose client keeps the image's"
                    + " exclusive lock, so that its writes cannot be held for a group snapshot; unpublish it there first, or"
                    + " snapshot it alone",
                cause: error
            )
        }
        for volume in volumes {
            let owner = try await io.withImage(.id(volume.imageID), readOnly: true) { try $0.lockOwner() }
            guard let owner else { continue }
            return LockerError(
                .failedPrecondition,
                "image \(io.path(volume.imageName)) of volume \"\(volume.requestName)\" is locked by the client \(owner),"
                    + " which does not give the lock away for a group snapshot",
                cause: error
            )
        }
        return LockerError(.unavailable, "an image of the group was locked by another client: \(error)", cause: error)
    }
}
