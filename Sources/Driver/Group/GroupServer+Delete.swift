// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore
internal import Locker
internal import Rados

extension GroupServer {
    package func deleteVolumeGroupSnapshot(
        _ request: DeleteVolumeGroupSnapshotRequest,
        context: ServerContext
    ) async throws -> DeleteVolumeGroupSnapshotResponse {
        try Self.check(request.groupSnapshotID, parts: request.snapshotIDs)
        // A text that Locker never wrote names a group snapshot that does not exist.
        guard let (handle, entry) = try self.handle(request.groupSnapshotID) else {
            return DeleteVolumeGroupSnapshotResponse()
        }
        let target = try self.controller.target(request.secrets, on: entry)
        let location = VolumeLocation(clusterID: entry.clusterID, target: target)
        try await self.controller.operations.run(
            key: handle.recordKey.hex,
            label: "group snapshot \(handle.text)",
            what: "DeleteVolumeGroupSnapshot",
            request: request
        ) {
            try await self.volumes.deleteGroupSnapshot(
                handle,
                parts: request.snapshotIDs,
                at: location,
                candidates: self.controller.candidates(entry)
            )
        }
        return DeleteVolumeGroupSnapshotResponse()
    }
}
