// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Changes how fast a volume may be; whoever has it open follows at once. What is not mentioned stays as it is.
    ///
    /// The record first, since it is the truth, then the image's metadata: a change that was cut short between the two
    /// is finished by the retry, or by the next change, each of which writes all that the record says.
    ///
    /// - Throws: ``LockerError``: `notFound`, `invalidArgument` for a burst below its limit, with nothing changed,
    ///   `aborted` while it is being deleted.
    package func modify(
        _ handle: VolumeHandle,
        limits: VolumeLimits,
        at location: VolumeLocation,
        candidates: [String]
    ) async throws {
        try await self.mutating(location.target, could: "modify volume \(handle.text)") { cluster in
            guard let place = try await self.place(of: handle, on: cluster, candidates: candidates) else {
                throw Self.missing(handle)
            }
            var record = try await self.recorded(limits, of: handle, at: place)
            try self.hook.reached("modify.recorded")
            for _ in 0..<16 {
                try await self.apply(record, io: place.io)
                try self.hook.reached("modify.applied")
                // Another controller may have changed the record since, and its metadata been overwritten here.
                let now = try await self.ready(handle, at: place).value
                if now.mutableParameters == record.mutableParameters {
                    self.logger.info("Volume modified", metadata: record.logMetadata)
                    return
                }
                record = now
            }
            throw LockerError(.aborted, "volume \(handle.text) is changed by several at once; try again")
        }
    }

    /// Writes the limits into the record, over those that it has.
    private func recorded(
        _ limits: VolumeLimits,
        of handle: VolumeHandle,
        at place: Place
    ) async throws -> VolumeRecord {
        for _ in 0..<16 {
            let found = try await self.ready(handle, at: place)
            var record = found.value
            let all = limits.over(VolumeLimits(recorded: record.mutableParameters))
            try all.check()
            record.mutableParameters.merge(all.recorded) { $1 }
            if record.mutableParameters == found.value.mutableParameters { return record }
            if let written = try await place.store.put(record, at: place.key, replacing: found) { return written.value }
        }
        throw LockerError(.aborted, "volume \(handle.text) is changed by several at once; try again")
    }

    private func ready(_ handle: VolumeHandle, at place: Place) async throws -> Stored<VolumeRecord> {
        guard let found = try await place.store.volume(place.key), found.value.imageID == handle.imageID else {
            throw Self.missing(handle)
        }
        guard found.value.phase == .ready else {
            throw LockerError(.aborted, "volume \"\(found.value.requestName)\" is being deleted")
        }
        return found
    }

    /// Writes a record's limits into the image's metadata through the open image, which tells whoever has it open.
    ///
    /// All of them, zeros too: one that is there already may have been written by somebody who died before telling.
    private func apply(_ record: VolumeRecord, io: IOContext) async throws {
        let metadata = VolumeLimits(recorded: record.mutableParameters).metadata.sorted { $0.key < $1.key }
        do {
            try await io.withImage(.id(record.imageID), readOnly: false) { image in
                for (key, value) in metadata { try image.setMetadata(key, to: value) }
            }
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            throw LockerError(
                .failedPrecondition,
                "image \(io.path(record.imageName)) (id \(record.imageID)) is gone; delete the volume",
                cause: error
            )
        }
    }
}
