// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore
internal import Locker

extension ControllerServer {
    package func controllerModifyVolume(
        _ request: ControllerModifyVolumeRequest,
        context: ServerContext
    ) async throws -> ControllerModifyVolumeResponse {
        try FieldRules.required(request.volumeID, "volume_id")
        try FieldRules.map(request.mutableParameters, "mutable_parameters")
        // None at all asks for no change, as csi-sanity does without its file of them: the volume has to exist, no more.
        let limits = try VolumeLimits(request.mutableParameters)
        guard let (handle, entry) = try self.handle(request.volumeID) else {
            throw LockerError(.notFound, "volume \(request.volumeID) does not exist")
        }
        let location = VolumeLocation(clusterID: entry.clusterID, target: try self.target(request.secrets, on: entry))
        try await self.operations.run(
            key: handle.recordKey.hex,
            label: handle.text,
            what: "ControllerModifyVolume",
            request: request
        ) {
            try await self.volumes.modify(handle, limits: limits, at: location, candidates: self.candidates(entry))
        }
        return ControllerModifyVolumeResponse()
    }
}
