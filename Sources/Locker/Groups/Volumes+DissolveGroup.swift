// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Takes back a group's snapshot that is not to be: all there is of it in RBD, then the records.
    func takeBack(_ mine: Stored<GroupSnapshotRecord>, key: RecordKey, store: RecordStore) async throws {
        try await self.dissolve(mine.value, store: store)
        // Lost to another controller only if that one has fenced this: then it is theirs to finish.
        _ = try await store.remove(mine, at: key)
    }

    /// Removes the group's snapshot with all of its parts, the group, and the records of the parts.
    ///
    /// The group's own record stays for last: as long as it is there, somebody goes on.
    func dissolve(_ record: GroupSnapshotRecord, store: RecordStore) async throws {
        let io = store.io
        do {
            try await io.removeGroupSnapshot(record.snapshotName, of: record.groupName)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            // Not taken yet, or removed by an earlier attempt.
        }
        try self.hook.reached("ungroup.removed")
        try await self.scatter(record, io: io)
        do {
            try await io.removeGroup(record.groupName)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            // As above.
        }
        try self.hook.reached("ungroup.dissolved")
        for member in record.members {
            let key = RecordKey(bytes: member.snapshotKey)
            guard let part = try await store.record(SnapshotRecord.self, at: key) else { continue }
            guard try await store.remove(part, at: key) else {
                throw LockerError(.aborted, "snapshot \"\(part.value.requestName)\" was changed meanwhile; try again")
            }
        }
        try self.hook.reached("ungroup.forgotten")
    }
}
