// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore
internal import Locker
internal import LockerProto
internal import ProtobufC
internal import Rados

extension GroupServer {
    package func getVolumeGroupSnapshot(
        _ request: GetVolumeGroupSnapshotRequest,
        context: ServerContext
    ) async throws -> GetVolumeGroupSnapshotResponse {
        try Self.check(request.groupSnapshotID, parts: request.snapshotIDs)
        guard let (handle, entry) = try self.handle(request.groupSnapshotID) else {
            throw LockerError(.notFound, "group snapshot \(request.groupSnapshotID) does not exist")
        }
        let target = try self.controller.target(request.secrets, on: entry)
        let found = try await self.volumes.findGroupSnapshot(
            handle,
            parts: request.snapshotIDs,
            at: VolumeLocation(clusterID: entry.clusterID, target: target),
            candidates: self.controller.candidates(entry)
        )
        return GetVolumeGroupSnapshotResponse(groupSnapshot: VolumeGroupSnapshot(found))
    }
}

extension VolumeGroupSnapshot {
    /// A group's snapshot as the calls answer it: usable as soon as it is recorded.
    init(_ group: GroupSnapshotDescription) {
        self.init(
            groupSnapshotID: group.handle.text,
            snapshots: group.snapshots.map(Snapshot.init),
            creationTime: Timestamp(seconds: group.record.takenAt / 1000, nanos: 0),
            readyToUse: true
        )
    }
}
