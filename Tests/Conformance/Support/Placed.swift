// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import SystemPackage

/// A volume on its way to a pod, and the requests that an orchestrator makes for it.
struct Placed: Sendable {
    let peer: Peer
    let volume: Volume
    let capability: VolumeCapability
    /// What ControllerPublishVolume answered.
    var publishContext: [String: String] = [:]
    private let folder: FilePath

    init(peer: Peer, volume: Volume, capability: VolumeCapability) {
        self.peer = peer
        self.volume = volume
        self.capability = capability
        self.folder = peer.directory.appending(peer.name("at"))
    }

    /// Where it is staged.
    var staging: FilePath { self.folder.appending("staging") }

    /// Where a pod finds it; its parent is there before, as the specification says.
    func target(_ pod: String = "pod") -> FilePath { self.folder.appending(pod).appending("target") }

    /// Makes what an orchestrator makes: the staging folder, and the target's parents.
    func makeFolders(_ pods: [String] = ["pod", "other"]) throws {
        for path in [self.staging] + pods.map({ self.target($0).removingLastComponent() }) {
            try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
        }
    }

    func attachRequest(readOnly: Bool = false) -> ControllerPublishVolumeRequest {
        ControllerPublishVolumeRequest(
            volumeID: self.volume.volumeID,
            nodeID: self.peer.node.nodeID,
            volumeCapability: self.capability,
            readonly: readOnly,
            secrets: self.peer.secrets,
            volumeContext: self.volume.volumeContext
        )
    }

    var detachRequest: ControllerUnpublishVolumeRequest {
        ControllerUnpublishVolumeRequest(
            volumeID: self.volume.volumeID,
            nodeID: self.peer.node.nodeID,
            secrets: self.peer.secrets
        )
    }

    var stageRequest: NodeStageVolumeRequest {
        NodeStageVolumeRequest(
            volumeID: self.volume.volumeID,
            publishContext: self.publishContext,
            stagingTargetPath: self.staging.string,
            volumeCapability: self.capability,
            secrets: self.peer.secrets,
            volumeContext: self.volume.volumeContext
        )
    }

    var unstageRequest: NodeUnstageVolumeRequest {
        NodeUnstageVolumeRequest(volumeID: self.volume.volumeID, stagingTargetPath: self.staging.string)
    }

    var publishRequest: NodePublishVolumeRequest {
        NodePublishVolumeRequest(
            volumeID: self.volume.volumeID,
            publishContext: self.publishContext,
            stagingTargetPath: self.staging.string,
            targetPath: self.target().string,
            volumeCapability: self.capability,
            secrets: self.peer.secrets,
            volumeContext: self.volume.volumeContext
        )
    }

    var unpublishRequest: NodeUnpublishVolumeRequest {
        NodeUnpublishVolumeRequest(volumeID: self.volume.volumeID, targetPath: self.target().string)
    }

    var statisticsRequest: NodeGetVolumeStatsRequest {
        NodeGetVolumeStatsRequest(
            volumeID: self.volume.volumeID,
            volumePath: self.target().string,
            stagingTargetPath: self.staging.string
        )
    }

    func growRequest(to bytes: Int64) -> NodeExpandVolumeRequest {
        NodeExpandVolumeRequest(
            volumeID: self.volume.volumeID,
            volumePath: self.target().string,
            capacityRange: CapacityRange(requiredBytes: bytes),
            stagingTargetPath: self.staging.string,
            volumeCapability: self.capability,
            secrets: self.peer.secrets
        )
    }
}
