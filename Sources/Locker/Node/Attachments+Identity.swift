// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
package import Rados

extension Attachments {
    /// Begins to give the filesystem of a copy a UUID of its own, or goes on with what was cut short.
    ///
    /// A node that has the source mounted would refuse to mount the copy under the same UUID.
    ///
    /// - Parameter uuid: the new one, if this is the first attempt.
    /// - Returns: the UUID to give; `nil` for a filesystem that has its own.
    /// - Throws: ``LockerError`` with `aborted` if this node does not have the volume any more.
    package func beginIdentity(_ handle: VolumeHandle, in io: IOContext, uuid: String) async throws -> String? {
        let record = try await self.records.update(handle, in: io) { record in
            guard var filesystem = record.filesystem, filesystem.state == .formatted, filesystem.uuidInherited,
                filesystem.nextUuid.isEmpty
            else { return false }
            guard self.holds(record) else { throw Self.taken(record) }
            filesystem.nextUuid = uuid
            filesystem.changedAt = self.clock.milliseconds
            record.filesystem = filesystem
            return true
        }
        guard let filesystem = record.filesystem, filesystem.uuidInherited, !filesystem.nextUuid.isEmpty else {
            return nil
        }
        return filesystem.nextUuid
    }

    /// Records that the filesystem has the UUID that was begun with.
    package func finishIdentity(_ handle: VolumeHandle, in io: IOContext) async throws {
        try await self.records.update(handle, in: io) { record in
            guard var filesystem = record.filesystem, filesystem.uuidInherited, !filesystem.nextUuid.isEmpty else {
                return false
            }
            guard self.holds(record) else { throw Self.taken(record) }
            filesystem.uuid = filesystem.nextUuid
            filesystem.nextUuid = ""
            filesystem.uuidInherited = false
            filesystem.changedAt = self.clock.milliseconds
            record.filesystem = filesystem
            return true
        }
    }
}
