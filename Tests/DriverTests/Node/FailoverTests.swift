// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Glibc
internal import Host
internal import LockerProto
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A volume moves away from a node that did not give it back, as when a node is lost.
@Suite(.timeLimit(.minutes(10)))
struct FailoverTests {
    /// Options of a node that may unstage without the volume's key: both nodes are on one machine and share a keyring.
    private static func identity(_ installation: Installation) -> [String] {
        // A driver of its own, since what a node tells the cluster of itself stays there.
        ["--instance-config", installation.path("instance.json").string, "--driver-name", "failover.locker.csi"]
    }

    /// Both nodes are one machine, where what is left of the silent one's mount is still mounted. An XFS is no damaged one for
    /// that: a repair would throw its log away, which alone has what was synced.
    @Test(
        "A pod that writes when its node goes silent writes no more once the volume has moved",
        arguments: ["ext4", "xfs"]
    )
    func silentWhileWriting(type: String) async throws {
        try await NodeStory.with(.filesystem(type), parameters: ["fsckPolicy": "repair"]) { story in
            let (volume, controller, installation) = (story.volume, story.controller, story.installation)
            let first = try await installation.node()
            let secondData = try await installation.data(of: "n2")
            let second = try await installation.node("n2", options: Self.identity(installation))
            try await controller.attach(volume)
            try await first.stage(volume)
            try await first.publish(volume)
            try await story.use(first)
            let writer = try await SyncedWriter.start(
                volume.target().appending("log"),
                threads: installation.cluster.threads
            )
            try await writer.waitForMore(than: 10)
            let durable = writer.count
            first.send(SIGSTOP)
            story.data.send(SIGSTOP)

            try await controller.detach(volume)
            try await controller.attach(volume, to: "n2")
            try await second.stage(volume, on: "n2")
            try await second.publish(volume, on: "n2")
            try story.expectWork(at: volume.target(on: "n2"))
            let log = try HostFile.read(volume.target(on: "n2").appending("log"))
            #expect(Self.lines(of: log) >= durable)
            #expect(try !second.output().contains("will be repaired"))
            let place = volume.target(on: "n2").appending("second")
            let work = try VolumeFile(writingTo: place)

            story.data.send(SIGCONT)
            first.send(SIGCONT)
            await #expect(throws: SetUpError.self) { try await writer.waitForMore(than: .max) }
            let condition = try #require(try await first.statistics(volume).volumeCondition)
            #expect(condition.abnormal, "\(condition.message)")
            try await first.unpublish(volume)
            try await first.unstage(volume)
            #expect(try await Leftovers.onNode(of: volume, data: story.data, installation: installation).isEmpty)

            #expect(try work.isWhole(at: place))
            try await second.unpublish(volume, on: "n2")
            try await second.unstage(volume, on: "n2")
            // What counts is what the cluster has, not what the second node remembers.
            let check = try await installation.checkFilesystem(of: volume, type: type)
            #expect(check.status == 0, "\(check.output)")
            try await second.stage(volume, on: "n2")
            try await second.publish(volume, on: "n2")
            #expect(try work.isWhole(at: place))
            try story.expectWork(at: volume.target(on: "n2"))
            #expect(try HostFile.read(volume.target(on: "n2").appending("log")) == log)
            try await second.unpublish(volume, on: "n2")
            try await second.unstage(volume, on: "n2")
            try await controller.detach(volume, from: "n2")
            #expect(try await Leftovers.onNode("n2", of: volume, data: secondData, installation: installation).isEmpty)
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("A node that gives its volume back while it is taken from it can have it again at once", arguments: 0..<3)
    func unstagedMeanwhile(round: Int) async throws {
        try await NodeStory.with(.filesystem()) { story in
            let (volume, controller) = (story.volume, story.controller)
            let node = try await story.installation.node()
            try await controller.attach(volume)
            try await node.stage(volume)
            async let taken: Void = controller.detach(volume)
            async let given: Void = node.unstage(volume)
            _ = try await (taken, given)
            // Whichever was first: nobody has it, and the next client is not the one that may be fenced.
            try await controller.attach(volume, to: "n2")
            try await controller.detach(volume, from: "n2")
            try await controller.attach(volume)
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            let client = try await story.servingClient()
            #expect(try await !story.installation.context.cluster.isBlocklisted(client))
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await controller.detach(volume)
            try await story.finish(node)
        }
    }

    @Test("Controllers that take a volume from a silent node at once, and one that is late, leave the next node alone")
    func takenBySeveral() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let (volume, controller, installation) = (story.volume, story.controller, story.installation)
            try await controller.attach(volume)
            try await story.stage(publishing: true, thenUnpublishing: true)
            let fenced = try await story.servingClient()
            let controllers = [
                controller, try await installation.controller(name: "d"), try await installation.controller(name: "e"),
            ]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for each in controllers { group.addTask { try await each.detach(volume) } }
                try await group.waitForAll()
            }
            #expect(try await installation.context.cluster.yearsOfFence(fenced) == 5)

            let data = try await installation.data(of: "n2")
            let second = try await installation.node("n2", options: Self.identity(installation))
            try await controllers[1].attach(volume, to: "n2")
            try await second.stage(volume, on: "n2")
            try await second.publish(volume, on: "n2")
            // A retry whose answer was lost: it has nothing to take any more.
            try await controllers[2].detach(volume)
            let devices = try await data.data.list(.init(), timeout: .seconds(10)).attached
            let client = try #require(devices.first?.clientAddress)
            #expect(try await !installation.context.cluster.isBlocklisted(client))
            try story.expectWork(at: volume.target(on: "n2"))
            let place = volume.target(on: "n2").appending("second")
            #expect(try VolumeFile(writingTo: place).isWhole(at: place))

            let node = try await installation.node()
            try await node.unstage(volume)
            try await second.unpublish(volume, on: "n2")
            try await second.unstage(volume, on: "n2")
            try await controller.detach(volume, from: "n2")
            try await story.finish(node)
        }
    }

    /// How many lines of a writer's log are whole and in order.
    private static func lines(of log: [UInt8]) -> Int {
        let numbers = String(decoding: log, as: UTF8.self).split(separator: "\n").map { Int($0) }
        return zip(numbers, 0...).prefix { $0 == $1 }.count
    }
}
