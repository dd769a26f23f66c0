// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Grows a volume, mounted or not; one that is large enough stays as it is.
    ///
    /// Ledger, image, record: a growth that was cut short counts and exists at its full size, and the retry records it.
    ///
    /// - Returns: the volume's size in bytes afterwards.
    /// - Throws: ``LockerError``: `notFound`, `outOfRange` when the limit is less than the volume has,
    ///   `resourceExhausted` when a quota has no room for what it grows by, `aborted` while it is being deleted.
    package func expand(
        _ handle: VolumeHandle,
        to capacity: CapacityBounds,
        at location: VolumeLocation,
        candidates: [String]
    ) async throws -> Int64 {
        try await self.mutating(location.target, could: "expand volume \(handle.text)") { cluster in
            guard let place = try await self.place(of: handle, on: cluster, candidates: candidates) else {
                throw Self.missing(handle)
            }
            for _ in 0..<16 {
                guard let found = try await place.store.volume(place.key), found.value.imageID == handle.imageID else {
                    throw Self.missing(handle)
                }
                guard found.value.phase == .ready else {
                    throw LockerError(.aborted, "volume \"\(found.value.requestName)\" is being deleted")
                }
                if let size = try await self.grow(found, to: capacity, at: place) { return size }
            }
            throw LockerError(.aborted, "volume \(handle.text) is changed by several at once; try again")
        }
    }

    /// The failure for a handle of a volume that does not exist.
    static func missing(_ handle: VolumeHandle) -> LockerError {
        LockerError(.notFound, "volume \(handle.text) does not exist")
    }

    private func grow(
        _ found: Stored<VolumeRecord>,
        to capacity: CapacityBounds,
        at place: Place
    ) async throws -> Int64? {
        var record = found.value
        guard capacity.limit == 0 || record.payloadBytes <= capacity.limit else {
            throw LockerError(
                .outOfRange,
                "volume \"\(record.requestName)\" has \(record.payloadBytes) bytes, more than limit_bytes"
                    + " \(capacity.limit); volumes do not shrink"
            )
        }
        guard record.payloadBytes < capacity.required else { return record.payloadBytes }
        // An attempt that was cut short may have made the image larger than the record says.
        let image = Int64(try await place.io.imageSize(imageID: record.imageID)) - record.dataOffsetBytes
        try capacity.check(
            largest: try await self.largestSize(of: record, reaching: capacity.required, io: place.io)
        )
        let size = max(try capacity.size(), image)
        guard capacity.limit == 0 || size <= capacity.limit else {
            throw LockerError(
                .outOfRange,
                "the image has \(size) bytes already, more than limit_bytes \(capacity.limit)"
            )
        }
        let ledger = self.ledger(course: record.course, io: place.io)
        try await ledger.correct(place.key, student: record.student, bytes: size)
        try self.hook.reached("expand.counted")
        if size > image {
            do {
                let bytes = UInt64(size + record.dataOffsetBytes)
                try await place.io.withImage(.id(record.imageID), readOnly: false) { try $0.resize(to: bytes) }
            } catch let error as CephError where !error.isAmbiguous {
                try await ledger.correct(place.key, student: record.student, bytes: record.payloadBytes)
                throw error
            }
        }
        try self.hook.reached("expand.resized")
        record.payloadBytes = size
        record.resizedAt = self.clock.milliseconds
        guard try await place.store.put(record, at: place.key, replacing: found) != nil else { return nil }
        try self.hook.reached("expand.recorded")
        self.logger.info("Volume expanded", metadata: record.logMetadata)
        return size
    }
}
