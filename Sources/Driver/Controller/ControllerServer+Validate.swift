// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore
internal import Locker
internal import LockerProto

extension ControllerServer {
    package func validateVolumeCapabilities(
        _ request: ValidateVolumeCapabilitiesRequest,
        context: ServerContext
    ) async throws -> ValidateVolumeCapabilitiesResponse {
        try FieldRules.required(request.volumeID, "volume_id")
        guard !request.volumeCapabilities.isEmpty else { throw FieldError("volume_capabilities", "is required") }
        try FieldRules.map(request.volumeContext, "volume_context")
        try FieldRules.map(request.parameters, "parameters")
        try FieldRules.map(request.mutableParameters, "mutable_parameters")
        for (index, capability) in request.volumeCapabilities.enumerated() {
            try capability.validate("volume_capabilities[\(index)]")
        }
        guard let (handle, entry) = try self.handle(request.volumeID) else {
            throw LockerError(.notFound, "volume \(request.volumeID) does not exist")
        }
        let location = VolumeLocation(clusterID: entry.clusterID, target: try self.target(request.secrets, on: entry))
        let candidates = self.candidates(entry)
        guard let volume = try await self.volumes.find(handle, at: location, candidates: candidates) else {
            throw LockerError(.notFound, "volume \(request.volumeID) does not exist")
        }
        if let objection = Self.objection(to: request, volume: volume) {
            return ValidateVolumeCapabilitiesResponse(message: objection)
        }
        return ValidateVolumeCapabilitiesResponse(
            confirmed: .init(
                volumeContext: request.volumeContext,
                volumeCapabilities: request.volumeCapabilities,
                parameters: request.parameters,
                mutableParameters: request.mutableParameters
            )
        )
    }

    /// Why the volume cannot be had so; `nil` if it can.
    private static func objection(
        to request: ValidateVolumeCapabilitiesRequest,
        volume: VolumeDescription
    ) -> String? {
        let isBlock = volume.record.capabilities.contains(where: \.block)
        let isMount = volume.record.capabilities.contains { !$0.block }
        for capability in request.volumeCapabilities {
            if let objection = CapabilityRules.objection(to: capability) { return objection }
            if capability.isBlock, !isBlock { return "the volume was made for filesystems, not for raw block" }
            if !capability.isBlock, !isMount { return "the volume was made for raw block, not for a filesystem" }
            if !volume.record.allows(accessMode: capability.mode.rawValue) {
                return "the volume was not made for several readers; ask for it when it is created"
            }
            let type = capability.mount?.fsType ?? ""
            if let filesystem = volume.record.filesystem, !filesystem.type.isEmpty, !type.isEmpty,
                type != filesystem.type
            {
                return "the volume holds \(filesystem.type), not \(type)"
            }
        }
        let expected = VolumeContext.of(volume)
        if let (key, value) = request.volumeContext.first(where: {
            expected[$0.key] != nil && expected[$0.key] != $0.value
        }) {
            return "volume_context \(key) is \(expected[key] ?? ""), not \(value)"
        }
        if let (key, value) = request.parameters.first(where: { name, value in
            !name.hasPrefix("csi.storage.k8s.io/p") && volume.record.parameters[name] != value
        }) {
            return "parameter \(key) is \(volume.record.parameters[key] ?? "not set"), not \(value)"
        }
        do {
            let wanted = try VolumeLimits(request.mutableParameters)
            let has = VolumeLimits(recorded: volume.record.mutableParameters)
            guard wanted.agree(with: has) else { return "mutable_parameters are \(volume.record.mutableParameters)" }
        } catch {
            return error.message
        }
        return nil
    }
}
