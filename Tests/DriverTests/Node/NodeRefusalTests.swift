// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import Host
internal import SystemPackage
internal import Testing

/// What the Node service refuses, and that a refusal leaves the volume as it was.
@Suite(.timeLimit(.minutes(10)))
struct NodeRefusalTests {
    @Test("Missing and malformed fields are INVALID_ARGUMENT, naming the field")
    func fields() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let node = try await story.installation.node()
            func stage(_ words: String, _ change: (inout NodeStageVolumeRequest) -> Void) async {
                var request = story.volume.stage()
                change(&request)
                await expectRefusal(.invalidArgument, naming: words, in: "stage, \(words)") {
                    try await node.node.nodeStageVolume(request)
                }
            }
            await stage("volume_id") { $0.volumeID = "" }
            await stage("staging_target_path") { $0.stagingTargetPath = "" }
            await stage("staging_target_path") { $0.stagingTargetPath = "relative" }
            await stage("staging_target_path") { $0.stagingTargetPath = "/a/../etc" }
            await stage("volume_capability") { $0.volumeCapability = nil }
            await stage("access_type") { $0.volumeCapability = VolumeCapability(accessMode: .init()) }
            await stage("not offered") { $0.volumeCapability = .filesystem(mode: .multiNodeMultiWriter) }
            await stage("btrfs") { $0.volumeCapability = .filesystem("btrfs") }
            await stage("secrets") { $0.secrets = [:] }
            await stage("clusterID") { $0.volumeContext["clusterID"] = nil }
            await stage("clusterID") { $0.volumeContext["clusterID"] = "elsewhere" }
            await stage("radosNamespace") { $0.volumeContext["radosNamespace"] = "another" }

            func publish(
                _ code: RPCError.Code,
                _ words: String,
                _ change: (inout NodePublishVolumeRequest) -> Void
            ) async {
                var request = story.volume.publish()
                change(&request)
                await expectRefusal(code, naming: words, in: "publish, \(words)") {
                    try await node.node.nodePublishVolume(request)
                }
            }
            await publish(.invalidArgument, "volume_id") { $0.volumeID = "" }
            await publish(.invalidArgument, "target_path") { $0.targetPath = "" }
            await publish(.invalidArgument, "volume_capability") { $0.volumeCapability = nil }
            await publish(.failedPrecondition, "staging_target_path") { $0.stagingTargetPath = "" }
            await publish(.failedPrecondition, "not staged") { _ in }

            await expectRefusal(.invalidArgument, naming: "volume_id") {
                try await node.node.nodeUnstageVolume(.init(stagingTargetPath: "/x"))
            }
            await expectRefusal(.invalidArgument, naming: "staging_target_path") {
                try await node.node.nodeUnstageVolume(.init(volumeID: "x"))
            }
            await expectRefusal(.invalidArgument, naming: "volume_id") {
                try await node.node.nodeUnpublishVolume(.init(targetPath: "/x"))
            }
            await expectRefusal(.invalidArgument, naming: "target_path") {
                try await node.node.nodeUnpublishVolume(.init(volumeID: "x"))
            }
            await expectRefusal(.invalidArgument, naming: "volume_path") {
                try await node.node.nodeGetVolumeStats(.init(volumeID: "x"))
            }
            await expectRefusal(.invalidArgument, naming: "volume_path") {
                try await node.node.nodeExpandVolume(.init(volumeID: "x"))
            }
            // Nothing of that has claimed the volume.
            try await story.finish(node)
        }
    }

    @Test("Volumes that do not exist are NOT_FOUND, before and after their deletion")
    func missing() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let node = try await story.installation.node()
            var foreign = story.volume.stage()
            foreign.volumeID = "no-such-volume"
            await expectRefusal(.notFound, naming: "no-such-volume") { try await node.node.nodeStageVolume(foreign) }
            await expectRefusal(.notFound) {
                try await node.node.nodeUnstageVolume(.init(volumeID: "no-such-volume", stagingTargetPath: "/x"))
            }
            await expectRefusal(.notFound) {
                try await node.node.nodeGetVolumeStats(.init(volumeID: "no-such-volume", volumePath: "/x"))
            }
            try await story.finish(node)
            await expectRefusal(.notFound, naming: story.volume.id) { try await node.stage(story.volume) }
            // What a failed stage claims is given back, its key and record included.
            let left = try await Leftovers.onNode(
                of: story.volume,
                data: story.data,
                installation: story.installation
            )
            #expect(left.isEmpty)
        }
    }

    @Test("A staged volume is not staged in another way, nor elsewhere")
    func otherCapability() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let node = try await story.installation.node()
            let volume = story.volume
            try await node.stage(volume)
            for capability: VolumeCapability in [
                .filesystem("xfs"), .rawBlock(), .filesystem(flags: ["noatime"]),
                .filesystem(mode: .singleNodeReaderOnly),
            ] {
                await expectRefusal(.alreadyExists, naming: volume.staging().string, in: "\(capability)") {
                    try await node.node.nodeStageVolume(volume.stage(as: capability))
                }
            }
            var elsewhere = volume.stage()
            elsewhere.stagingTargetPath += "-2"
            await expectRefusal(.failedPrecondition, naming: volume.staging().string) {
                try await node.node.nodeStageVolume(elsewhere)
            }
            try await node.stage(volume)
            try await node.unstage(volume)
            await expectRefusal(.failedPrecondition, naming: "ext4", "xfs") {
                try await node.stage(volume)
                try await node.publish(volume)
                try await node.unpublish(volume)
                try await node.unstage(volume)
                return try await node.node.nodeStageVolume(volume.stage(as: .filesystem("xfs")))
            }
            try await story.finish(node)
        }
    }

    @Test("SINGLE_NODE_SINGLE_WRITER is for one place, the other modes for several")
    func singleWriter() async throws {
        let single = VolumeCapability.filesystem(mode: .singleNodeSingleWriter)
        try await NodeStory.with(single) { story in
            let node = try await story.installation.node()
            let volume = story.volume
            try await node.stage(volume)
            try await node.publish(volume)
            try await node.publish(volume)
            await expectRefusal(.failedPrecondition, naming: volume.target().string) {
                try await node.publish(volume, pod: "second")
            }
            try await node.unpublish(volume)
            try await node.publish(volume, pod: "second")
            try await node.unpublish(volume, pod: "second")
            let many = VolumeCapability.filesystem(mode: .singleNodeMultiWriter)
            for pod in ["third", "fourth"] {
                _ = try await node.node.nodePublishVolume(volume.publish(pod: pod, as: many))
            }
            for pod in ["third", "fourth"] { try await node.unpublish(volume, pod: pod) }
            try await node.unstage(volume)
            try await story.finish(node)
        }
    }

    @Test("A published volume is not unstaged, a staged one not deleted")
    func order() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let node = try await story.installation.node()
            let volume = story.volume
            try await node.stage(volume)
            await expectRefusal(.failedPrecondition, naming: "n1") { try await story.controller.delete(volume) }
            try await node.publish(volume)
            try await story.use(node)
            await expectRefusal(.failedPrecondition, naming: volume.target().string) { try await node.unstage(volume) }
            #expect(try MountTable.read().entry(at: volume.target()) != nil)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.finish(node)
        }
    }

    @Test("What is mounted at the target by somebody else is neither covered nor taken away")
    func foreignMount() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let node = try await story.installation.node()
            let volume = story.volume
            try await node.stage(volume)
            let target = volume.target()
            try FileManager.default.createDirectory(atPath: target.string, withIntermediateDirectories: true)
            #expect(mount("tmpfs", target.string, "tmpfs", 0, nil) == 0)
            await expectRefusal(.failedPrecondition, naming: target.string) { try await node.publish(volume) }
            await expectRefusal(.failedPrecondition, naming: target.string) { try await node.unpublish(volume) }
            #expect(try MountTable.read().entry(at: target)?.type == "tmpfs")
            #expect(umount2(target.string, 0) == 0)
            try await node.publish(volume)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.finish(node)
        }
    }
}
