// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Redaction
internal import SystemPackage
internal import TestSupport

/// A volume that CreateVolume has answered, and the requests that kubelet and the sidecars would make for it.
struct MadeVolume: Sendable {
    let plan: VolumePlan
    let id: String
    let capacity: Int64
    let context: [String: String]
    private let directory: FilePath

    /// Out of an answer.
    init(_ answer: CreateVolumeResponse, to plan: VolumePlan, in directory: FilePath) throws {
        guard let volume = answer.volume else { throw SetUpError("CreateVolume answered no volume") }
        self.plan = plan
        self.id = volume.volumeID
        self.capacity = volume.capacityBytes
        self.context = volume.volumeContext
        self.directory = directory
    }

    /// Its image's name.
    var imageName: String { self.context["imageName"] ?? "" }

    /// Where a node stages it.
    func staging(on node: String = "n1") -> FilePath {
        self.directory.appending("kubelet-\(node)").appending("staging-\(self.plan.name)")
    }

    /// Where a pod of a node finds it.
    func target(on node: String = "n1", pod: String = "pod") -> FilePath {
        self.directory.appending("kubelet-\(node)").appending("\(pod)-\(self.plan.name)")
    }

    func delete() -> DeleteVolumeRequest { DeleteVolumeRequest(volumeID: self.id, secrets: self.plan.secrets) }

    func expand(to bytes: Int64) -> ControllerExpandVolumeRequest {
        ControllerExpandVolumeRequest(
            volumeID: self.id,
            capacityRange: CapacityRange(requiredBytes: bytes),
            secrets: self.plan.secrets,
            volumeCapability: self.plan.capability
        )
    }

    func stage(on node: String = "n1", as capability: VolumeCapability? = nil) -> NodeStageVolumeRequest {
        NodeStageVolumeRequest(
            volumeID: self.id,
            stagingTargetPath: self.staging(on: node).string,
            volumeCapability: capability ?? self.plan.capability,
            secrets: self.plan.secrets,
            volumeContext: self.context
        )
    }

    func unstage(on node: String = "n1") -> NodeUnstageVolumeRequest {
        NodeUnstageVolumeRequest(volumeID: self.id, stagingTargetPath: self.staging(on: node).string)
    }

    func publish(
        on node: String = "n1",
        pod: String = "pod",
        as capability: VolumeCapability? = nil,
        readOnly: Bool = false
    ) -> NodePublishVolumeRequest {
        NodePublishVolumeRequest(
            volumeID: self.id,
            stagingTargetPath: self.staging(on: node).string,
            targetPath: self.target(on: node, pod: pod).string,
            volumeCapability: capability ?? self.plan.capability,
            readonly: readOnly,
            volumeContext: self.context
        )
    }

    func unpublish(on node: String = "n1", pod: String = "pod") -> NodeUnpublishVolumeRequest {
        NodeUnpublishVolumeRequest(volumeID: self.id, targetPath: self.target(on: node, pod: pod).string)
    }

    func statistics(on node: String = "n1", pod: String = "pod") -> NodeGetVolumeStatsRequest {
        NodeGetVolumeStatsRequest(volumeID: self.id, volumePath: self.target(on: node, pod: pod).string)
    }

    func grow(on node: String = "n1", to bytes: Int64) -> NodeExpandVolumeRequest {
        NodeExpandVolumeRequest(
            volumeID: self.id,
            volumePath: self.target(on: node).string,
            capacityRange: CapacityRange(requiredBytes: bytes),
            stagingTargetPath: self.staging(on: node).string,
            volumeCapability: self.plan.capability
        )
    }
}
