// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
package import SystemPackage

extension Filesystems {
    /// Gives a filesystem that is not mounted another UUID. It can be repeated after it was cut short at any point.
    ///
    /// - Throws: ``HostError`` with the tool's words.
    package static func setUUID(
        _ type: FilesystemType,
        on device: FilePath,
        to uuid: String
    ) async throws(HostError) {
        switch type {
        case .ext4:
            // The checksums of all metadata begin with the UUID, or with this seed where there is one: then the UUID is
            // changed in the superblocks alone. A filesystem without such checksums refuses the seed and needs none;
            // what else may be wrong the next call says.
            _ = try await Tool(name: "tune2fs").run(["-O", "metadata_csum_seed", device.string])
            try await Tool(name: "tune2fs").succeed(["-U", uuid, device.string])
        case .xfs:
            try await self.replayLog(on: device)
            try await Tool(name: "xfs_admin").succeed(["-U", uuid, device.string])
        }
        // xfs_admin ends with 0 when it has refused.
        guard let found = try await FilesystemSignature.probe(device), found.uuid == uuid else {
            throw HostError(
                call: type == .ext4 ? "tune2fs" : "xfs_admin",
                code: .ioError,
                object: device.string,
                note: "the filesystem did not take the UUID \(uuid)"
            )
        }
    }

    /// Brings an XFS into the state of one that was unmounted: xfs_admin wants no log to replay, and a copy of a volume
    /// in use has one.
    ///
    /// Mounted nowhere, so that nothing is left of it however this process ends.
    private static func replayLog(on device: FilePath) async throws(HostError) {
        try await FilesystemGeometry.blocking { () throws(HostError) -> Void in
            try systemCall("fsmount(xfs)", "\(device)") { locker_xfs_replay(device.string) }
        }
    }
}
