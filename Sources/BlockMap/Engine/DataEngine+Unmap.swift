// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Logging
internal import RBD
internal import Rados
internal import Synchronization
internal import SystemPackage

extension DataEngine {
    /// Takes a volume's device down; without one there is nothing to do.
    ///
    /// - Throws: as ``Mapper/unmap(volumeID:imageID:)``.
    package func unmap(volumeID: String, imageID: String) async throws {
        try await self.locks.with(volumeID) {
            do {
                if let volume = self.state.withLock({ $0.volumes[volumeID] }) {
                    try Self.verify(volume, imageID)
                    try await self.takeDown(volume)
                }
                try await self.dropLeftovers(volumeID: volumeID)
            } catch let error as HostError where error.code == .resourceBusy {
                throw MapError(.busy, "\(error.object) of volume \(volumeID) is in use: \(error.note)", cause: error)
            } catch {
                throw MapError.wrapping(error, "unmap volume \(volumeID)")
            }
        }
    }

    /// Lets a device follow its image's size.
    ///
    /// - Returns: the device's size in bytes.
    /// - Throws: as ``Mapper/refresh(volumeID:imageID:)``.
    package func refresh(volumeID: String, imageID: String) async throws -> UInt64 {
        try await self.locks.with(volumeID) {
            guard let volume = self.state.withLock({ $0.volumes[volumeID] }) else {
                throw MapError(.notFound, "volume \(volumeID) is not mapped here")
            }
            try Self.verify(volume, imageID)
            do {
                return try await self.followSize(of: volume)
            } catch {
                throw MapError.wrapping(error, "grow the device of volume \(volumeID)")
            }
        }
    }

    /// The devices there are, of all front ends, those included that a predecessor left and somebody still holds.
    package func mapped() async throws -> [MappedDevice] {
        let volumes = self.state.withLock { Array($0.volumes.values) }
        return try await self.looks.run {
            volumes.map { $0.mapped(isIntact: $0.device.isIntact) } + self.heldLeftovers()
        }
    }

    /// A volume's device among ``mapped()``.
    package func device(volumeID: String, imageID: String) async throws -> MappedDevice? {
        let volume = self.state.withLock { $0.volumes[volumeID] }
        return try await self.looks.run {
            if let volume { return volume.mapped(isIntact: volume.device.isIntact) }
            return self.heldLeftovers(of: volumeID).first
        }
    }

    /// Lets a volume's device follow its image, for nobody in particular.
    func follow(_ volumeID: String) async {
        await self.locks.with(volumeID) {
            guard let volume = self.state.withLock({ $0.volumes[volumeID] }) else { return }
            do {
                _ = try await self.followSize(of: volume)
            } catch {
                self.logger.warning(
                    "a device did not follow its image's size",
                    metadata: ["volume": "\(volumeID)", "error": "\(error)"]
                )
            }
        }
    }

    /// Takes a volume's device, image and connection down, in this order.
    ///
    /// - Throws: ``HostError`` with `EBUSY` if somebody holds the device; nothing is changed then.
    func takeDown(_ volume: ServedVolume) async throws {
        try await volume.device.remove()
        volume.follower.cancel()
        await volume.image.drained()
        do {
            try await volume.image.image.close()
        } catch {
            // What was flushed is safe; what was not is lost as when a machine loses its power, and as then nobody
            // waits for it any more: the device is gone.
            self.logger.error(
                "an image was closed with unwritten data",
                metadata: ["volume": "\(volume.record.volumeID)", "error": "\(error)"]
            )
        }
        await volume.cluster.close()
        self.state.withLock { $0.volumes[volume.record.volumeID] = nil }
        try await self.pool.run { try self.records.remove(volume.record) }
    }

    private func followSize(of volume: ServedVolume) async throws -> UInt64 {
        volume.image.size = try await volume.image.image.size()
        try await volume.device.followSize()
        return try await self.pool.run { try BlockDevice(volume.device.path).size() }
    }

    private static func verify(_ volume: ServedVolume, _ imageID: String) throws(MapError) {
        guard imageID.isEmpty || imageID == volume.record.imageID else {
            throw MapError(
                .mismatch,
                "volume \(volume.record.volumeID) is mapped from the image with id \(volume.record.imageID), not \(imageID)"
            )
        }
    }
}
