// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import Glibc
internal import Host
internal import LockerProto
internal import SystemPackage
internal import TestSupport
internal import Testing

/// The data process of a mapper whose devices die with it is killed, and pods come and go without kubelet staging anew.
@Suite(.timeLimit(.minutes(5)))
struct RestageTests {
    private static let capabilities: [VolumeCapability] = [.filesystem("xfs"), .filesystem("ext4"), .rawBlock()]

    @Test("A pod that comes after another one went finds the volume, on another device", arguments: Self.capabilities)
    func nextPod(capability: VolumeCapability) async throws {
        try await NodeStory.with(capability) { story in
            let volume = story.volume
            let node = try await story.installation.node()
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            await story.data.kill()
            try await node.unpublish(volume)
            await expectRefusal(.unavailable, naming: "data process") { try await node.publish(volume) }
            let data = try await story.installation.data()
            try await insist { try await node.publish(volume) }
            try await story.use(node)
            #expect(try await story.notedClient() == Self.client(of: data))
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await Self.finish(story, node, data)
        }
    }

    @Test(
        "Beside a pod that keeps what is dead another one has the volume; both go, and nothing is left",
        arguments: Self.capabilities
    )
    func beside(capability: VolumeCapability) async throws {
        try await NodeStory.with(capability) { story in
            let volume = story.volume
            let node = try await story.installation.node()
            try await node.stage(volume)
            try await node.publish(volume, pod: "first")
            try await node.publish(volume)
            try await story.use(node)
            try await node.unpublish(volume)
            let held = try FileDescriptor.open(Self.place(of: volume, pod: "first"), .readWrite)
            // Twice, so that two devices are dead at once.
            var data = story.data
            for pod in ["second", "third"] {
                await data.kill()
                data = try await story.installation.data()
                try await insist { try await node.publish(volume, pod: pod) }
            }
            // What the first one has is dead, and is told to be; a repeat, as by a kubelet that restarts, is not refused.
            #expect(throws: Errno.self) {
                try held.writeAll([UInt8](repeating: 1, count: 4096))
                guard fsync(held.rawValue) == 0 else { throw Errno(rawValue: Glibc.errno) }
            }
            try await node.publish(volume, pod: "first")
            for pod in ["first", "second"] {
                let condition = try await node.statistics(volume, pod: pod).volumeCondition
                #expect(condition?.abnormal == true, "\(pod): \(condition?.message ?? "no condition")")
            }
            #expect(try await node.statistics(volume, pod: "third").volumeCondition?.abnormal == false)
            try await node.publish(volume)
            try await story.use(node)

            await expectRefusal(.failedPrecondition, naming: "still published") { try await node.unstage(volume) }
            try await node.unpublish(volume)
            for pod in ["third", "second"] { try await node.unpublish(volume, pod: pod) }
            await expectRefusal(.failedPrecondition, naming: "still published at \(volume.target(pod: "first"))") {
                try await node.unstage(volume)
            }
            try held.close()
            try await node.unpublish(volume, pod: "first")
            try await node.unstage(volume)
            try await Self.finish(story, node, data)
        }
    }

    @Test("Staging again does the same, also of an encrypted volume", arguments: [false, true])
    func stage(isEncrypted: Bool) async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            var data = try await installation.data()
            let node = try await installation.node()
            var plan = installation.plan()
            if isEncrypted { plan = plan.encrypted(in: installation) }
            let volume = try await controller.create(plan, of: installation)
            try await node.stage(volume)
            try await node.publish(volume)
            var work = try VolumeFile(writingTo: volume.target().appending("work"))
            for isStaged in [true, false] {
                await data.kill()
                data = try await installation.data()
                if isStaged { try await insist { try await node.stage(volume) } }
                try await insist { try await node.publish(volume, pod: "next-\(isStaged)") }
                let place = volume.target(pod: "next-\(isStaged)").appending("work")
                #expect(try work.isWhole(at: place))
                work = try VolumeFile(writingTo: place)
            }
            for pod in ["pod", "next-true", "next-false"] { try await node.unpublish(volume, pod: pod) }
            try await node.unstage(volume)
            #expect(try await Leftovers.onNode(of: volume, data: data, installation: installation).isEmpty)
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test(
        "A node process that is killed meanwhile is followed by one that goes on, or unstages",
        arguments: KillSteps.restage + ["stage.mapped", "stage.noted", "stage.checked", "stage.mounted", "stage.done"],
        [true, false]
    )
    func killed(step: String, goesOn: Bool) async throws {
        try await NodeStory.with(.filesystem()) { story in
            let volume = story.volume
            let first = try await story.installation.node()
            try await first.stage(volume)
            try await first.publish(volume)
            try await story.use(first)
            try await first.unpublish(volume)
            await first.terminate()
            await story.data.kill()
            let data = try await story.installation.data()
            let killed = try await story.installation.node(killedAt: step)
            await #expect(throws: RPCError.self) { try await killed.publish(volume) }
            try #require(await killed.wait() == 128 + SIGKILL)
            let node = try await story.installation.node()
            if goesOn {
                try await node.publish(volume)
                try await story.use(node)
                #expect(try await story.notedClient() == Self.client(of: data))
                try await node.unpublish(volume)
            }
            try await node.unstage(volume)
            try await Self.finish(story, node, data)
        }
    }

    @Test("A volume that was taken meanwhile is not staged anew, and its pods are told to go")
    func taken() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let (volume, controller) = (story.volume, story.controller)
            let node = try await story.installation.node()
            try await controller.attach(volume)
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            await story.data.kill()
            try await controller.detach(volume)
            let data = try await story.installation.data()
            await expectRefusal(.failedPrecondition, naming: "was taken from this node", "scale to 0") {
                // The node finds the new process at its next attempt to connect.
                try await insist { try await node.publish(volume, pod: "second") }
            }
            #expect(try MountTable.read().entry(at: volume.target(pod: "second")) == nil)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.expectNothingOnNode(data: data)
            try await controller.attach(volume)
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await controller.detach(volume)
            try await Self.finish(story, node, data)
        }
    }

    /// That after an unstage nothing is left on the node, that the volume can be used when it is staged again, and that
    /// deleting it leaves nothing in the cluster.
    private static func finish(_ story: NodeStory, _ node: LockerProcess, _ data: LockerProcess) async throws {
        try await story.expectNothingOnNode(data: data)
        try await node.stage(story.volume)
        try await node.publish(story.volume)
        try await story.use(node)
        try await node.unpublish(story.volume)
        try await node.unstage(story.volume)
        try await story.finish(node, data: data)
    }

    private static func client(of data: LockerProcess) async throws -> String? {
        try await data.data.list(.init(), timeout: .seconds(10)).attached.first { $0.trouble.isEmpty }?.clientAddress
    }

    private static func place(of volume: MadeVolume, pod: String) -> FilePath {
        let target = volume.target(pod: pod)
        return volume.plan.capability.isBlock ? target : target.appending("work")
    }
}
