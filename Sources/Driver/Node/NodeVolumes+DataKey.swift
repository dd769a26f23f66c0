// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Locker
internal import LockerProto
internal import Rados
internal import Redaction

extension NodeVolumes {
    /// Opens a volume's data encryption key with the request's key-encryption keys, or those of the node's files; `nil` if
    /// its data are not encrypted.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition`, naming the key that is missing or opens nothing and what to do.
    func dataKey(
        of volume: VolumeRecord,
        handle: VolumeHandle,
        secrets: [String: Secret],
        io: IOContext
    ) async throws -> DataEncryptionKey? {
        try await volume.dataKey(at: handle.recordKey, in: io) {
            guard let keys = try self.keyKeepers.keeper(secrets, course: volume.course) else {
                throw LockerError(
                    .failedPrecondition,
                    "volume \"\(volume.requestName)\" is encrypted, its data key \(volume.dataKeyID) wrapped by"
                        + " key-encryption key \"\(volume.wrappingKeyID)\" of course \"\(volume.course)\", and this node finds"
                        + " none in \(self.keyKeepers.places(course: volume.course)); give it the one that the"
                        + " controller has"
                )
            }
            return keys
        }
    }

    /// Puts the key of a staged volume back into the keyring, if it is not there.
    ///
    /// - Returns: whether that was so.
    /// - Throws: as ``dataKey(of:handle:secrets:io:)``.
    func restoreDataKey(
        of staged: StagingRecord,
        handle: VolumeHandle,
        secrets: [String: Secret]
    ) async throws -> Bool {
        guard let key = try await self.key(of: staged), key.dataKey == nil else { return false }
        return try await self.withContext(handle, key: key, could: "open the key of volume \(handle.text)") { io in
            let volume = try await self.attachments.record(of: handle, in: io)
            return try await self.restoreDataKey(of: volume, handle: handle, secrets: secrets, io: io) != nil
        }
    }

    /// Puts the key of a volume's data into the keyring; `nil` if they are not encrypted.
    ///
    /// - Throws: as ``dataKey(of:handle:secrets:io:)``.
    func restoreDataKey(
        of volume: VolumeRecord,
        handle: VolumeHandle,
        secrets: [String: Secret],
        io: IOContext
    ) async throws -> DataEncryptionKey? {
        guard let dataKey = try await self.dataKey(of: volume, handle: handle, secrets: secrets, io: io) else {
            return nil
        }
        try await self.blocking { try dataKey.store(named: VolumeKey.dataName(VolumeKey.name(of: handle.text))) }
        return dataKey
    }
}
