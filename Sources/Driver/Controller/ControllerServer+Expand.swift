// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore
internal import Locker

extension ControllerServer {
    package func controllerExpandVolume(
        _ request: ControllerExpandVolumeRequest,
        context: ServerContext
    ) async throws -> ControllerExpandVolumeResponse {
        try FieldRules.required(request.volumeID, "volume_id")
        guard let range = request.capacityRange else { throw FieldError("capacity_range", "is required") }
        if let capability = request.volumeCapability { _ = try CapabilityRules.checked(capability) }
        let capacity = try CapacityBounds(checking: range)
        guard let (handle, entry) = try self.handle(request.volumeID) else {
            throw LockerError(.notFound, "volume \(request.volumeID) does not exist")
        }
        let target = try self.target(request.secrets, on: entry)
        let location = VolumeLocation(clusterID: entry.clusterID, target: target)
        let size = try await self.operations.run(
            key: handle.recordKey.hex,
            label: handle.text,
            what: "ControllerExpandVolume",
            request: request
        ) {
            try await self.volumes.expand(handle, to: capacity, at: location, candidates: self.candidates(entry))
        }
        // The node grows the filesystem, and for raw block lets the device follow.
        return ControllerExpandVolumeResponse(capacityBytes: size, nodeExpansionRequired: true)
    }
}
