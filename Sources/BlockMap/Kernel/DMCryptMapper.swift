// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Crypto
internal import Glibc
package import Host
package import Logging
package import Rados
package import SystemPackage

/// Maps encrypted images by dm-crypt above the devices of another mapper, whose volumes without encryption pass through.
///
/// The kernel keeps the devices, whatever happens to this process; a volume's is found again by its name in device-mapper,
/// which is made of the volume's, on the device below. What a killed process left half done, a device without dm-crypt
/// above it, is completed by the next map.
package struct DMCryptMapper: Mapper {
    package var name: String { self.below.name }
    package var place: String { self.below.place }
    private let below: any Mapper
    private let sysfs: FilePath
    private let pool: BlockingPool
    private let keys: @Sendable (_ volumeID: String) throws -> DataEncryptionKey?
    private let logger: Logger
    private let exposures = KeyExposures()
    private let locks = VolumeLocks()

    /// Names the mapper below and the threads for calls that block.
    ///
    /// - Parameters:
    ///   - below: ``KernelRBDMapper``, whose devices are named as the kernel names them.
    ///   - keys: the key of a volume's data, which growing takes; called on the pool.
    package init(
        above below: any Mapper,
        sysfs: FilePath = "/sys",
        pool: BlockingPool,
        keys: @escaping @Sendable (_ volumeID: String) throws -> DataEncryptionKey?,
        logger: Logger
    ) {
        self.below = below
        self.sysfs = sysfs
        self.pool = pool
        self.keys = keys
        self.logger = logger
    }

    /// What a volume's device is called in device-mapper: volume ids are longer than names there may be.
    static func deviceName(volumeID: String) -> String {
        let digest = SHA256.hash(data: Array(volumeID.utf8)).prefix(16)
        return "locker-" + digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    package func map(_ request: MapRequest) async throws -> MappedDevice {
        try await self.locks.with(request.volumeID) {
            do {
                return try await self.mapAlone(request)
            } catch {
                throw MapError.wrapping(error, "map volume \(request.volumeID) (image \(request.imageName))")
            }
        }
    }

    package func unmap(volumeID: String, imageID: String) async throws {
        try await self.locks.with(volumeID) {
            do {
                if let device = try await self.below.device(volumeID: volumeID, imageID: imageID) {
                    try await self.pool.run {
                        if let crypt = self.crypt(on: device, volumeID) { try Self.close(crypt) }
                    }
                }
                try await self.below.unmap(volumeID: volumeID, imageID: imageID)
            } catch let error as HostError where error.code == .resourceBusy {
                throw MapError(.busy, "\(error.object) of volume \(volumeID) is in use: \(error.note)", cause: error)
            } catch {
                throw MapError.wrapping(error, "unmap volume \(volumeID)")
            }
        }
    }

    package func refresh(volumeID: String, imageID: String) async throws -> UInt64 {
        try await self.locks.with(volumeID) {
            let size = try await self.below.refresh(volumeID: volumeID, imageID: imageID)
            do {
                guard let device = try await self.below.device(volumeID: volumeID, imageID: imageID) else {
                    throw MapError(.notFound, "volume \(volumeID) is not mapped here")
                }
                return try await self.pool.run {
                    guard let crypt = self.crypt(on: device, volumeID) else { return size }
                    guard let key = try self.keys(volumeID) else {
                        throw MapError(
                            .mismatch,
                            "growing an encrypted volume takes its key, which the kernel keyring has no more: stage"
                                + " volume \(volumeID) once more"
                        )
                    }
                    try crypt.followSize(key: key)
                    return crypt.size
                }
            } catch {
                throw MapError.wrapping(error, "grow the device of volume \(volumeID)")
            }
        }
    }

    package func mapped() async throws -> [MappedDevice] {
        let devices = try await self.below.mapped()
        return try await self.pool.run { devices.map { self.shown($0, $0.volumeID) } }
    }

    package func device(volumeID: String, imageID: String) async throws -> MappedDevice? {
        guard let device = try await self.below.device(volumeID: volumeID, imageID: imageID) else { return nil }
        return try await self.pool.run { self.shown(device, volumeID) }
    }

    private func mapAlone(_ request: MapRequest) async throws -> MappedDevice {
        let (volumeID, imageID) = (request.volumeID, request.imageID)
        if case .luks2Layered = request.encryption { throw MapError.layersInKernel(request.imageName) }
        let before = try await self.below.device(volumeID: volumeID, imageID: imageID)
        var plain = request
        plain.encryption = .none
        let device = try await self.below.map(plain)
        guard case .luks2(let key) = request.encryption else {
            guard try await self.pool.run({ self.crypt(on: device, volumeID) }) == nil else {
                throw MapError(.mismatch, "volume \(volumeID) is mapped already, encrypted; unmap it first")
            }
            return device
        }
        self.exposures.report(request.encryption, self.logger)
        do {
            return try await self.pool.run {
                if self.crypt(on: device, volumeID) == nil { try self.open(device, request, key) }
                return self.shown(device, volumeID)
            }
        } catch {
            // What was there before is not this call's to take away.
            if before == nil { try await self.below.unmap(volumeID: volumeID, imageID: imageID) }
            throw error
        }
    }

    private func open(_ device: MappedDevice, _ request: MapRequest, _ key: DataEncryptionKey) throws {
        guard self.isFlat(device) else { throw MapError.encryptedClone(request.imageName) }
        guard LUKSHeader.begins(try BlockDevice(device.device).read(count: LUKSHeader.headsSize)) else {
            throw MapError.noHeader(request.imageName)
        }
        do throws(HostError) {
            _ = try DMCryptDevice.open(
                device.device,
                as: Self.deviceName(volumeID: request.volumeID),
                key: key,
                readOnly: request.isReadOnly,
                sysfs: self.sysfs
            )
        } catch {
            switch (error.call, error.code) {
            case ("crypt_activate_by_passphrase", .notPermitted):
                throw MapError.wrongKey(request.imageName, cause: error)
            case ("crypt_load", .invalidArgument): throw MapError.noHeader(request.imageName, cause: error)
            default: throw error
            }
        }
    }

    /// Whether a device of kernel rbd shows an image that is no clone. See: Documentation/ABI/testing/sysfs-bus-rbd.
    private func isFlat(_ device: MappedDevice) -> Bool {
        guard let number = device.device.lastComponent.flatMap({ Int($0.string.drop { !$0.isNumber }) }) else {
            return true
        }
        let parent = HostFile.line(KernelRBDDevice.directory(number, sysfs: self.sysfs).appending("parent"))
        return parent.map { $0 == "(no parent image)" } ?? true
    }

    /// A device below as it is to be used: that of dm-crypt above it, if the volume has one.
    private func shown(_ device: MappedDevice, _ volumeID: String) -> MappedDevice {
        guard let crypt = self.crypt(on: device, volumeID) else { return device }
        var shown = device
        shown.device = crypt.path
        shown.size = crypt.size
        return shown
    }

    /// The volume's device of dm-crypt; blocks. Where the volume is not known, one of Locker's.
    private func crypt(on device: MappedDevice, _ volumeID: String) -> DMCryptDevice? {
        let name = volumeID.isEmpty ? nil : Self.deviceName(volumeID: volumeID)
        return DMCryptDevice.all(on: device.device, sysfs: self.sysfs).first {
            name == nil ? $0.name.hasPrefix("locker-") : $0.name == name
        }
    }

    // Whatever looks at a device in passing (udev, blkid) is gone after this many times 100 ms.
    private static let attempts = 30

    private static func close(_ device: DMCryptDevice) throws(HostError) {
        for attempt in 1... {
            do throws(HostError) {
                return try device.close()
            } catch {
                guard error.code == .resourceBusy, attempt < Self.attempts else { throw error }
                usleep(100_000)
            }
        }
    }
}
