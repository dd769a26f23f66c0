// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import LockerProto
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A node that is silent while its volume goes to another.
@Suite(.timeLimit(.minutes(10)))
struct FencingTests {
    /// Options of a node that may unstage without the volume's key: both nodes are on one machine and share a keyring.
    private static func identity(_ installation: Installation) -> [String] {
        // A driver of its own, since what a node tells the cluster of itself stays there.
        ["--instance-config", installation.path("instance.json").string, "--driver-name", "fence.locker.csi"]
    }

    @Test("What a node still held in memory is refused when it wakes, and the next node's data is whole")
    func lateWrites() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let (volume, controller) = (story.volume, story.controller)
            let first = try await story.installation.node()
            let secondData = try await story.installation.data(of: "n2")
            let second = try await story.installation.node("n2", options: Self.identity(story.installation))
            try await controller.attach(volume)
            try await first.stage(volume)
            try await first.publish(volume)
            try await story.use(first)

            // Written, not synced: pages of the kernel that only the data process can put away.
            let late = try FileDescriptor.open(volume.target().appending("work"), .writeOnly)
            story.data.send(SIGSTOP)
            try late.writeAll([UInt8](repeating: 0xEE, count: 1 << 20))

            try await controller.detach(volume)
            try await controller.attach(volume, to: "n2")
            try await second.stage(volume, on: "n2")
            try await second.publish(volume, on: "n2")
            try story.expectWork(at: volume.target(on: "n2"))
            let place = volume.target(on: "n2").appending("second")
            let work = try VolumeFile(writingTo: place)

            story.data.send(SIGCONT)
            let synced = try await story.installation.cluster.threads.run { fsync(late.rawValue) == 0 ? 0 : errno }
            #expect([EIO, EROFS].contains(synced), "the late write ended with \(synced)")
            try late.close()
            #expect(try await first.statistics(volume).volumeCondition?.abnormal == true)
            await expectRefusal(.failedPrecondition, naming: "published to node n2") { try await first.stage(volume) }
            try await first.unpublish(volume)
            try await first.unstage(volume)
            let left = try await Leftovers.onNode(of: volume, data: story.data, installation: story.installation)
            #expect(left.isEmpty)

            // What counts is what the cluster has, not what the second node remembers.
            try await second.unpublish(volume, on: "n2")
            try await second.unstage(volume, on: "n2")
            try await second.stage(volume, on: "n2")
            try await second.publish(volume, on: "n2")
            #expect(try work.isWhole(at: place))
            try story.expectWork(at: volume.target(on: "n2"))
            try await second.unpublish(volume, on: "n2")
            try await second.unstage(volume, on: "n2")
            try await controller.detach(volume, from: "n2")
            #expect(
                try await Leftovers.onNode("n2", of: volume, data: secondData, installation: story.installation).isEmpty
            )
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(story.installation.context)
        }
    }

    /// Loses the story's first node its volume, which is given back to it at once.
    ///
    /// - Parameter noticing: whether something is written meanwhile, by what is mounted.
    private static func fence(_ story: NodeStory, noticing: Bool) async throws {
        try await story.controller.detach(story.volume)
        if noticing {
            let synced = try await story.installation.cluster.threads.run { () -> CInt in
                let file = story.volume.staging().appending("late")
                do {
                    let late = try FileDescriptor.open(
                        file,
                        .writeOnly,
                        options: .create,
                        permissions: .ownerReadWrite
                    )
                    return try late.closeAfter { fsync(late.rawValue) == 0 ? 0 : errno }
                } catch let error as Errno {
                    return error.rawValue
                }
            }
            #expect([EIO, EROFS].contains(synced), "what was written late ended with \(synced)")
        }
        try await story.controller.attach(story.volume)
    }

    /// Lets a pod read what is in the volume and write to it, and takes all back: nothing is left.
    private static func useAndGiveBack(_ story: NodeStory, _ node: LockerProcess) async throws {
        try await story.use(node)
        try await node.unpublish(story.volume)
        try await node.unstage(story.volume)
        try await story.controller.detach(story.volume)
        try await story.finish(node)
    }

    @Test(
        "A node that was fenced takes the volume again when it is given back to it, on a new device",
        arguments: [false, true]
    )
    func returned(noticing: Bool) async throws {
        try await NodeStory.with(.filesystem()) { story in
            let (volume, controller) = (story.volume, story.controller)
            let node = try await story.installation.node()
            try await controller.attach(volume)
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            try await node.unpublish(volume)
            try await Self.fence(story, noticing: noticing)
            try await node.stage(volume)
            try await node.publish(volume)
            try await Self.useAndGiveBack(story, node)
        }
    }

    @Test(
        "A pod that comes after the volume was given back has it too, though kubelet does not stage it anew",
        arguments: [false, true]
    )
    func published(noticing: Bool) async throws {
        try await NodeStory.with(.filesystem()) { story in
            let (volume, controller) = (story.volume, story.controller)
            let node = try await story.installation.node()
            try await controller.attach(volume)
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            try await Self.fence(story, noticing: noticing)
            // Beside a pod that has what is left, not even the same node can have two clients.
            await expectRefusal(.failedPrecondition, naming: volume.target().string) {
                try await node.publish(volume, pod: "second")
            }
            try await node.unpublish(volume)
            try await node.publish(volume)
            try await Self.useAndGiveBack(story, node)
        }
    }

    @Test(
        "A node process that is killed while it stages the volume anew for such a pod is followed by one that goes on",
        arguments: KillSteps.restage + ["stage.mapped", "stage.noted", "stage.mounted", "stage.done"]
    )
    func publishKilled(step: String) async throws {
        try await NodeStory.with(.filesystem()) { story in
            let (volume, controller) = (story.volume, story.controller)
            try await controller.attach(volume)
            try await story.stage(publishing: true, thenUnpublishing: true)
            try await Self.fence(story, noticing: true)
            let node = try await story.interrupt(at: step) { try await $0.publish(volume) }
            #expect(try await story.notedClient() == story.servingClient())
            try await Self.useAndGiveBack(story, node)
        }
    }

    @Test(
        "What a killed node process left mapped is not used once its client was fenced",
        arguments: ["stage.mapped", "stage.noted", "stage.mounted", "unstage.marked", "unstage.unmounted"]
    )
    func killed(step: String) async throws {
        try await NodeStory.with(.filesystem()) { story in
            let (volume, controller) = (story.volume, story.controller)
            try await controller.attach(volume)
            let isUnstaging = step.hasPrefix("unstage")
            if isUnstaging { try await story.stage(publishing: true, thenUnpublishing: true) }
            let killed = try await story.installation.node(killedAt: step)
            await #expect(throws: RPCError.self) {
                try await isUnstaging ? killed.unstage(volume) : killed.stage(volume)
            }
            try #require(await killed.wait() == 128 + SIGKILL)
            try await Self.fence(story, noticing: false)
            let node = try await story.installation.node()
            try await node.stage(volume)
            try await node.publish(volume)
            try await Self.useAndGiveBack(story, node)
        }
    }

    @Test("A node that gave its volume back is not fenced")
    func orderly() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let (volume, controller) = (story.volume, story.controller)
            let node = try await story.installation.node()
            try await controller.attach(volume)
            try await node.stage(volume)
            let client = try #require(
                try await story.data.data.list(.init(), timeout: .seconds(10)).attached.first?.clientAddress
            )
            try await node.unstage(volume)
            // Published still, so nobody else stages it.
            await expectRefusal(.failedPrecondition, naming: "n1") { try await controller.attach(volume, to: "n2") }
            try await controller.detach(volume)
            #expect(try await !story.installation.context.cluster.isBlocklisted(client))
            try await story.finish(node)
        }
    }

    @Test(
        "A node whose volume was taken between its claim and its mount does not mount",
        arguments: [
            "stage.claimed", "stage.mapped",
        ]
    )
    func takenBeforeMount(step: String) async throws {
        try await NodeStory.with(.filesystem()) { story in
            let (volume, controller) = (story.volume, story.controller)
            try await controller.attach(volume)
            let killed = try await story.installation.node(killedAt: step)
            await #expect(throws: RPCError.self) { try await killed.stage(volume) }
            try #require(await killed.wait() == 128 + SIGKILL)
            try await controller.detach(volume)
            try await controller.attach(volume, to: "n2")
            let node = try await story.installation.node()
            await expectRefusal(.failedPrecondition, naming: "published to node n2") { try await node.stage(volume) }
            try await node.unstage(volume)
            try await controller.detach(volume, from: "n2")
            try await story.finish(node)
        }
    }
}
