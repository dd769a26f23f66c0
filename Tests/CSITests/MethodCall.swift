// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Testing

/// Every method of CSI's five services, called through the generated client.
struct MethodCall: Sendable, CustomTestStringConvertible {
    /// The method as gRPC names it.
    let method: MethodDescriptor

    /// Calls it with an empty request and drops the answer.
    let call: @Sendable (SocketServer.Client) async throws -> Void

    var testDescription: String { self.method.fullyQualifiedMethod }

    /// All of them; `ServiceTests` compares the list with the facts file.
    static let all: [MethodCall] = [
        MethodCall(method: IdentityMethod.getPluginInfo) { client in
            _ = try await IdentityClient(client).getPluginInfo(GetPluginInfoRequest())
        },
        MethodCall(method: IdentityMethod.getPluginCapabilities) { client in
            _ = try await IdentityClient(client).getPluginCapabilities(GetPluginCapabilitiesRequest())
        },
        MethodCall(method: IdentityMethod.probe) { client in
            _ = try await IdentityClient(client).probe(ProbeRequest())
        },
        MethodCall(method: ControllerMethod.createVolume) { client in
            _ = try await ControllerClient(client).createVolume(CreateVolumeRequest())
        },
        MethodCall(method: ControllerMethod.deleteVolume) { client in
            _ = try await ControllerClient(client).deleteVolume(DeleteVolumeRequest())
        },
        MethodCall(method: ControllerMethod.controllerPublishVolume) { client in
            _ = try await ControllerClient(client).controllerPublishVolume(ControllerPublishVolumeRequest())
        },
        MethodCall(method: ControllerMethod.controllerUnpublishVolume) { client in
            _ = try await ControllerClient(client).controllerUnpublishVolume(ControllerUnpublishVolumeRequest())
        },
        MethodCall(method: ControllerMethod.validateVolumeCapabilities) { client in
            _ = try await ControllerClient(client).validateVolumeCapabilities(ValidateVolumeCapabilitiesRequest())
        },
        MethodCall(method: ControllerMethod.listVolumes) { client in
            _ = try await ControllerClient(client).listVolumes(ListVolumesRequest())
        },
        MethodCall(method: ControllerMethod.getCapacity) { client in
            _ = try await ControllerClient(client).getCapacity(GetCapacityRequest())
        },
        MethodCall(method: ControllerMethod.controllerGetCapabilities) { client in
            _ = try await ControllerClient(client).controllerGetCapabilities(ControllerGetCapabilitiesRequest())
        },
        MethodCall(method: ControllerMethod.createSnapshot) { client in
            _ = try await ControllerClient(client).createSnapshot(CreateSnapshotRequest())
        },
        MethodCall(method: ControllerMethod.deleteSnapshot) { client in
            _ = try await ControllerClient(client).deleteSnapshot(DeleteSnapshotRequest())
        },
        MethodCall(method: ControllerMethod.listSnapshots) { client in
            _ = try await ControllerClient(client).listSnapshots(ListSnapshotsRequest())
        },
        MethodCall(method: ControllerMethod.getSnapshot) { client in
            _ = try await ControllerClient(client).getSnapshot(GetSnapshotRequest())
        },
        MethodCall(method: ControllerMethod.controllerExpandVolume) { client in
            _ = try await ControllerClient(client).controllerExpandVolume(ControllerExpandVolumeRequest())
        },
        MethodCall(method: ControllerMethod.controllerGetVolume) { client in
            _ = try await ControllerClient(client).controllerGetVolume(ControllerGetVolumeRequest())
        },
        MethodCall(method: ControllerMethod.controllerModifyVolume) { client in
            _ = try await ControllerClient(client).controllerModifyVolume(ControllerModifyVolumeRequest())
        },
        MethodCall(method: GroupControllerMethod.groupControllerGetCapabilities) { client in
            _ = try await GroupControllerClient(client).groupControllerGetCapabilities(
                GroupControllerGetCapabilitiesRequest()
            )
        },
        MethodCall(method: GroupControllerMethod.createVolumeGroupSnapshot) { client in
            _ = try await GroupControllerClient(client).createVolumeGroupSnapshot(CreateVolumeGroupSnapshotRequest())
        },
        MethodCall(method: GroupControllerMethod.deleteVolumeGroupSnapshot) { client in
            _ = try await GroupControllerClient(client).deleteVolumeGroupSnapshot(DeleteVolumeGroupSnapshotRequest())
        },
        MethodCall(method: GroupControllerMethod.getVolumeGroupSnapshot) { client in
            _ = try await GroupControllerClient(client).getVolumeGroupSnapshot(GetVolumeGroupSnapshotRequest())
        },
        MethodCall(method: SnapshotMetadataMethod.getMetadataAllocated) { client in
            try await SnapshotMetadataClient(client).getMetadataAllocated(GetMetadataAllocatedRequest(), timeout: nil) {
                _ in
            }
        },
        MethodCall(method: SnapshotMetadataMethod.getMetadataDelta) { client in
            try await SnapshotMetadataClient(client).getMetadataDelta(GetMetadataDeltaRequest(), timeout: nil) { _ in }
        },
        MethodCall(method: NodeMethod.nodeStageVolume) { client in
            _ = try await NodeClient(client).nodeStageVolume(NodeStageVolumeRequest())
        },
        MethodCall(method: NodeMethod.nodeUnstageVolume) { client in
            _ = try await NodeClient(client).nodeUnstageVolume(NodeUnstageVolumeRequest())
        },
        MethodCall(method: NodeMethod.nodePublishVolume) { client in
            _ = try await NodeClient(client).nodePublishVolume(NodePublishVolumeRequest())
        },
        MethodCall(method: NodeMethod.nodeUnpublishVolume) { client in
            _ = try await NodeClient(client).nodeUnpublishVolume(NodeUnpublishVolumeRequest())
        },
        MethodCall(method: NodeMethod.nodeGetVolumeStats) { client in
            _ = try await NodeClient(client).nodeGetVolumeStats(NodeGetVolumeStatsRequest())
        },
        MethodCall(method: NodeMethod.nodeExpandVolume) { client in
            _ = try await NodeClient(client).nodeExpandVolume(NodeExpandVolumeRequest())
        },
        MethodCall(method: NodeMethod.nodeGetCapabilities) { client in
            _ = try await NodeClient(client).nodeGetCapabilities(NodeGetCapabilitiesRequest())
        },
        MethodCall(method: NodeMethod.nodeGetInfo) { client in
            _ = try await NodeClient(client).nodeGetInfo(NodeGetInfoRequest())
        },
    ]
}
