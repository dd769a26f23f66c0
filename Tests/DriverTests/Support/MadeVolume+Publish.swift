// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore

extension MadeVolume {
    func attach(
        to node: String = "n1",
        as capability: VolumeCapability? = nil,
        readOnly: Bool = false
    ) -> ControllerPublishVolumeRequest {
        ControllerPublishVolumeRequest(
            volumeID: self.id,
            nodeID: node,
            volumeCapability: capability ?? self.plan.capability,
            readonly: readOnly,
            secrets: self.plan.secrets,
            volumeContext: self.context
        )
    }

    func detach(from node: String = "n1") -> ControllerUnpublishVolumeRequest {
        ControllerUnpublishVolumeRequest(volumeID: self.id, nodeID: node, secrets: self.plan.secrets)
    }
}

/// What the attacher asks of a controller.
extension LockerProcess {
    func attach(_ volume: MadeVolume, to node: String = "n1", readOnly: Bool = false) async throws {
        let request = volume.attach(to: node, readOnly: readOnly)
        _ = try await self.controller.controllerPublishVolume(request, timeout: Self.patience)
    }

    func detach(_ volume: MadeVolume, from node: String = "n1") async throws {
        _ = try await self.controller.controllerUnpublishVolume(volume.detach(from: node), timeout: Self.patience)
    }
}
