// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import SystemPackage

/// Making, checking and growing filesystems with their own tools.
package enum Filesystems {
    /// Makes a filesystem on a device that the caller has proved to be unused.
    ///
    /// The image's objects do not exist yet, so nothing is discarded first and nothing is zeroed: a terabyte takes no
    /// longer than a gigabyte.
    ///
    /// - Parameters:
    ///   - uuid: the filesystem's UUID, chosen and recorded before.
    ///   - extraOptions: of the StorageClass' `mkfsOptions`, before the device's name.
    /// - Throws: ``HostError`` with the tool's words.
    package static func make(
        _ type: FilesystemType,
        on device: FilePath,
        uuid: String,
        extraOptions: [String]
    ) async throws(HostError) {
        switch type {
        case .ext4:
            // No blocks for root: on a student's volume they would only be missing.
            let options = ["-F", "-q", "-m", "0", "-E", "nodiscard,lazy_itable_init=1,lazy_journal_init=1", "-U", uuid]
            try await Tool(name: "mkfs.ext4").succeed(options + extraOptions + [device.string])
        case .xfs:
            try await Tool(name: "mkfs.xfs").succeed(
                ["-f", "-q", "-K", "-m", "uuid=\(uuid)"] + extraOptions + [device.string]
            )
        }
    }

    /// Grows a mounted filesystem to its device's size; one that is as large already stays.
    ///
    /// - Throws: ``HostError`` with the tool's words.
    package static func grow(
        _ type: FilesystemType,
        on device: FilePath,
        mountedAt mountPoint: FilePath,
        below root: TrustedRoot = .filesystem
    ) async throws(HostError) {
        switch type {
        case .ext4: try await Tool(name: "resize2fs").succeed([device.string])
        case .xfs:
            try await FilesystemGeometry.blocking { () throws(HostError) in
                let size = try BlockDevice(device).size()
                try FilesystemGeometry.growXFS(at: mountPoint, below: root, deviceSize: size)
            }
        }
    }

    /// Whether a filesystem is smaller than its device by more than a tool would leave over.
    ///
    /// - Parameters:
    ///   - mountPoint: where it is mounted.
    ///   - deviceSize: in bytes.
    /// - Throws: ``HostError``.
    package static func needsGrowth(
        _ type: FilesystemType,
        mountedAt mountPoint: FilePath,
        on device: FilePath,
        deviceSize: UInt64,
        below root: TrustedRoot = .filesystem
    ) async throws(HostError) -> Bool {
        try await FilesystemGeometry.blocking { () throws(HostError) in
            switch type {
            case .ext4: try FilesystemGeometry.canGrowExt4(on: device, deviceSize: deviceSize)
            case .xfs: try FilesystemGeometry.canGrowXFS(at: mountPoint, below: root, deviceSize: deviceSize)
            }
        }
    }
}
