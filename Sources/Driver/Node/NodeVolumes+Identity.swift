// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import FoundationEssentials
internal import Host
internal import Locker
internal import LockerProto
internal import Logging
internal import Rados
internal import SystemPackage

extension NodeVolumes {
    /// Gives the filesystem of a copy a UUID of its own before it is mounted for the first time; one that has its own
    /// stays as it is.
    ///
    /// - Returns: whether the filesystem still bears its source's UUID: on a device that cannot be written to.
    func renewIdentity(
        _ type: FilesystemType,
        device: MappedDevice,
        request: StageRequest,
        io: IOContext
    ) async throws -> Bool {
        guard !request.isReadOnly else {
            return try await self.attachments.record(of: request.handle, in: io).filesystem?.uuidInherited ?? false
        }
        let uuid = try await self.attachments.beginIdentity(
            request.handle,
            in: io,
            uuid: UUID().uuidString.lowercased()
        )
        guard let uuid else { return false }
        try self.hook.reached("stage.renewing")
        // An attempt before may have got as far as the last write.
        if try await FilesystemSignature.probe(device.device)?.uuid != uuid {
            try await Filesystems.setUUID(type, on: device.device, to: uuid)
        }
        try await self.blocking { try BlockDevice(device.device).flush() }
        try self.hook.reached("stage.renewed")
        try await self.attachments.finishIdentity(request.handle, in: io)
        try self.hook.reached("stage.identified")
        let metadata: Logger.Metadata = ["volume.id": "\(request.handle.text)", "filesystem.uuid": "\(uuid)"]
        self.logger.info("Copied filesystem given a UUID of its own", metadata: metadata)
        return false
    }
}
