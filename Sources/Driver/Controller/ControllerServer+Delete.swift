// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore
internal import Locker

extension ControllerServer {
    package func deleteVolume(
        _ request: DeleteVolumeRequest,
        context: ServerContext
    ) async throws -> DeleteVolumeResponse {
        try FieldRules.required(request.volumeID, "volume_id")
        // A text that Locker never wrote names a volume that does not exist.
        guard let (handle, entry) = try self.handle(request.volumeID) else { return DeleteVolumeResponse() }
        let target = try self.target(request.secrets, on: entry)
        let location = VolumeLocation(clusterID: entry.clusterID, target: target)
        try await self.operations.run(
            key: handle.recordKey.hex,
            label: handle.text,
            what: "DeleteVolume",
            request: request
        ) {
            try await self.volumes.delete(handle, at: location, candidates: self.candidates(entry))
        }
        return DeleteVolumeResponse()
    }
}
