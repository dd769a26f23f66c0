// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import Host
internal import SystemPackage
internal import Testing

@testable internal import Driver

/// A node that has rebooted under a staged volume: mounts, devices and the keyring are gone, its records are of another
/// boot.
@Suite(.timeLimit(.minutes(5)))
struct RebootTests {
    @Test("Staging again gives the data back; unstaging without a key says what would help")
    func stageAgain() async throws {
        try await NodeStory.with(.filesystem()) { story in
            try await story.stage(publishing: true, thenUnpublishing: true)
            let data = try await Self.reboot(story)
            let node = try await story.installation.node()
            await expectRefusal(.failedPrecondition, naming: "not staged") { try await node.publish(story.volume) }
            await expectRefusal(.failedPrecondition, naming: "--instance-config") {
                try await node.unstage(story.volume)
            }
            try await node.stage(story.volume)
            try await node.publish(story.volume)
            try story.expectWork(at: story.volume.target())
            try await node.unpublish(story.volume)
            try await node.unstage(story.volume)
            try await Self.expectNothing(story, data)
        }
    }

    @Test("With a user of its own the node unstages without the volume's key")
    func unstage() async throws {
        try await NodeStory.with(.filesystem()) { story in
            try await story.stage(publishing: true, thenUnpublishing: true)
            let data = try await Self.reboot(story)
            let identity = story.installation.path("instance.json").string
            let node = try await story.installation.node(options: [
                // A driver of its own, since what it tells the cluster of itself stays there.
                "--instance-config", identity, "--driver-name", "reboot.locker.csi",
            ])
            try await node.unstage(story.volume)
            try await Self.expectNothing(story, data)
            try await story.controller.delete(story.volume)
        }
    }

    private static func expectNothing(_ story: NodeStory, _ data: LockerProcess) async throws {
        let left = try await Leftovers.onNode(of: story.volume, data: data, installation: story.installation)
        #expect(left.isEmpty)
    }

    /// Makes the node forget what a reboot makes it forget.
    ///
    /// - Returns: its new data process.
    private static func reboot(_ story: NodeStory) async throws -> LockerProcess {
        let installation = story.installation
        for mount in try MountTable.read().entries.map(\.mountPoint)
        where mount.starts(with: installation.path("kubelet-n1")) {
            #expect(umount2(mount.string, 0) == 0)
        }
        await story.data.terminate()
        try VolumeKey.remove(for: story.volume.id)
        let folder = installation.path("n1").appending("staging")
        for name in HostFile.names(in: folder) {
            let file = folder.appending(name)
            let text = try String(contentsOfFile: file.string, encoding: .utf8)
            let boot = try BootID.current()
            try #require(text.contains(boot))
            let other = text.replacing(boot, with: "00000000-0000-4000-8000-000000000000")
            try other.write(toFile: file.string, atomically: true, encoding: .utf8)
        }
        return try await installation.data()
    }
}
