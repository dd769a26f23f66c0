// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Glibc
internal import Host
internal import SystemPackage

/// The volume on one node: what kubelet does there, and what the pod does with it.
struct Place: Sendable {
    private let story: Story
    private let node: Clients
    private let volume: Volume
    private let staging: FilePath
    private let target: FilePath

    init(story: Story, node: String, volume: Volume) {
        self.story = story
        guard let client = story.nodes[node] else { preconditionFailure("the story has no node \(node)") }
        self.node = client
        self.volume = volume
        self.staging = story.world.state(node).appending("kubelet/staging")
        self.target = story.world.state(node).appending("kubelet/pod/mount")
    }

    func stage() async throws {
        _ = try await self.node.node.nodeStageVolume(
            NodeStageVolumeRequest(
                volumeID: self.volume.volumeID,
                stagingTargetPath: self.staging.string,
                volumeCapability: self.story.capability,
                secrets: self.story.secrets,
                volumeContext: self.volume.volumeContext
            ),
            timeout: .seconds(60)
        )
    }

    func publish() async throws {
        _ = try await self.node.node.nodePublishVolume(
            NodePublishVolumeRequest(
                volumeID: self.volume.volumeID,
                stagingTargetPath: self.staging.string,
                targetPath: self.target.string,
                volumeCapability: self.story.capability,
                volumeContext: self.volume.volumeContext
            ),
            timeout: .seconds(60)
        )
    }

    func expand(to size: Int64) async throws {
        let before = try FilesystemUsage(of: self.target).totalBytes
        _ = try await self.node.node.nodeExpandVolume(
            NodeExpandVolumeRequest(
                volumeID: self.volume.volumeID,
                volumePath: self.target.string,
                capacityRange: CapacityRange(requiredBytes: size),
                stagingTargetPath: self.staging.string,
                volumeCapability: self.story.capability
            ),
            timeout: .seconds(60)
        )
        let after = try FilesystemUsage(of: self.target).totalBytes
        guard after > before + (512 << 20) else { throw DemoError("the filesystem has \(after) bytes after \(before)") }
    }

    func checkHealth() async throws {
        let answer = try await self.node.node.nodeGetVolumeStats(
            NodeGetVolumeStatsRequest(volumeID: self.volume.volumeID, volumePath: self.target.string),
            timeout: .seconds(60)
        )
        guard let condition = answer.volumeCondition, !condition.abnormal else {
            throw DemoError("the volume is abnormal: \(answer.volumeCondition?.message ?? "no condition")")
        }
    }

    /// Unpublishes and unstages.
    func leave() async throws {
        _ = try await self.node.node.nodeUnpublishVolume(
            NodeUnpublishVolumeRequest(volumeID: self.volume.volumeID, targetPath: self.target.string),
            timeout: .seconds(60)
        )
        _ = try await self.node.node.nodeUnstageVolume(
            NodeUnstageVolumeRequest(volumeID: self.volume.volumeID, stagingTargetPath: self.staging.string),
            timeout: .seconds(60)
        )
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try HostFile.replace(self.target.appending(name), with: bytes)
    }

    func read(_ name: String) throws -> [UInt8] {
        try HostFile.read(self.target.appending(name))
    }

    /// What `df` and `mount` say of it, in a line.
    func usage() throws -> String {
        let usage = try FilesystemUsage(of: self.target)
        let entry = try MountTable.read().entry(at: self.target)
        let total = usage.totalBytes >> 20
        return
            "\(entry?.source ?? "?") on …/mount type \(entry?.type ?? "?") (\(entry?.options.joined(separator: ",") ?? "")), "
            + "\(total) MiB, \(usage.availableBytes >> 20) MiB free"
    }
}
