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
        let size = try await self.size(of: record, having: image, for: capacity, io: place.io)
        let ledger = self.ledger(course: record.course, io: place.io)
        try await ledger.correct(place.key, student: record.student, bytes: size)
        try self.hook.reached("expand.counted")
        record.payloadBytes = size
        if size > image {
            do {
                let header = UInt64(record.dataOffsetBytes)
                let grown = try await place.io.growImage(record.imageID, to: UInt64(size) + header, header: header)
                record.payloadBytes = Int64(grown - header)
            } catch let error as CephError where !error.isAmbiguous {
                // A part of the way may have been gone.
                let reached = Int64(try await place.io.imageSize(imageID: record.imageID)) - record.dataOffsetBytes
                let bytes = max(reached, found.value.payloadBytes)
                try await ledger.correct(place.key, student: record.student, bytes: bytes)
                throw error
            }
            if record.payloadBytes != size {
                try await ledger.correct(place.key, student: record.student, bytes: record.payloadBytes)
            }
        }
        try self.hook.reached("expand.resized")
        record.resizedAt = self.clock.milliseconds
        guard try await place.store.put(record, at: place.key, replacing: found) != nil else { return nil }
        try self.hook.reached("expand.recorded")
        self.logger.info("Volume expanded", metadata: record.logMetadata)
        return record.payloadBytes
    }

    /// The size to grow to.
    ///
    /// - Parameter image: what an attempt that was cut short may have made of it already, in bytes of the payload.
    private func size(
        of record: VolumeRecord,
        having image: Int64,
        for capacity: CapacityBounds,
        io: IOContext
    ) async throws -> Int64 {
        var size = max(try capacity.size(), image)
        // A client that has the image open, with its encryption, adds the header to whatever it is asked for.
        let header = record.dataOffsetBytes
        if header > 0, size > image, size - image <= header, try await io.isGrownByPayload(imageID: record.imageID) {
            size = image + header + CapacityBounds.objectSize
        }
        guard capacity.limit == 0 || size <= capacity.limit else {
            throw LockerError(
                .outOfRange,
                "the volume can have no less than \(size) bytes, more than limit_bytes \(capacity.limit): its image has"
                    + " room for \(image) already"
                    + (header == 0
                        ? "" : ", and an encrypted one in use grows by more than its header, \(header) bytes")
            )
        }
        return size
    }
}
