// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Rados
internal import SystemPackage
internal import Testing

/// ControllerPublishVolume and ControllerUnpublishVolume through the socket.
@Suite(.timeLimit(.minutes(10)))
struct PublishVolumeTests {
    @Test("Missing and malformed fields are INVALID_ARGUMENT, naming the field")
    func fields() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let controller = story.controller.controller
            func publish(_ words: String, _ change: (inout ControllerPublishVolumeRequest) -> Void) async {
                var request = story.volume.attach()
                change(&request)
                await expectRefusal(.invalidArgument, naming: words, in: words) {
                    try await controller.controllerPublishVolume(request)
                }
            }
            await publish("volume_id") { $0.volumeID = "" }
            await publish("node_id") { $0.nodeID = "" }
            await publish("node_id") { $0.nodeID = String(repeating: "n", count: 257) }
            await publish("volume_capability") { $0.volumeCapability = nil }
            await publish("access_type") { $0.volumeCapability = VolumeCapability(accessMode: .init()) }
            await publish("not offered") { $0.volumeCapability = .filesystem(mode: .multiNodeMultiWriter) }
            await publish("btrfs") { $0.volumeCapability = .filesystem("btrfs") }
            await publish("filesystems only") { $0.volumeCapability = .rawBlock() }
            await publish("several readers") { $0.volumeCapability = .filesystem(mode: .multiNodeReaderOnly) }
            await publish("volume_context") { $0.volumeContext["x"] = String(repeating: "a", count: 4096) }
            await publish("secrets") { $0.secrets = [:] }
            await expectRefusal(.invalidArgument, naming: "volume_id") {
                try await controller.controllerUnpublishVolume(.init(nodeID: "n1"))
            }
            // Nothing of that has given the volume to anybody.
            try await story.controller.delete(story.volume)
        }
    }

    @Test("Repeats are OK, other ways and other nodes are refused, until it is unpublished; deleting waits for that")
    func rules() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let (volume, controller) = (story.volume, story.controller)
            try await controller.attach(volume)
            try await controller.attach(volume)
            await expectRefusal(.alreadyExists, naming: "n1") { try await controller.attach(volume, readOnly: true) }
            await expectRefusal(.alreadyExists, naming: "n1") {
                try await controller.controller.controllerPublishVolume(volume.attach(as: .filesystem("xfs")))
            }
            await expectRefusal(.failedPrecondition, naming: "n1", "since 20") {
                try await controller.attach(volume, to: "n2")
            }
            await expectRefusal(.failedPrecondition, naming: "n1") { try await controller.delete(volume) }
            try await controller.detach(volume, from: "n2")
            await expectRefusal(.failedPrecondition, naming: "n1") { try await controller.attach(volume, to: "n2") }
            try await controller.detach(volume)
            try await controller.detach(volume)
            try await controller.attach(volume, to: "n2")
            // From wherever it is.
            try await controller.detach(volume, from: "")
            try await controller.delete(volume)
            await expectRefusal(.notFound, naming: volume.id) { try await controller.attach(volume) }
            try await controller.detach(volume)
        }
    }

    @Test("A volume id of another driver's is NOT_FOUND to publish, and detached already")
    func foreign() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let controller = story.controller.controller
            var publish = story.volume.attach()
            publish.volumeID = "no-such-volume"
            await expectRefusal(.notFound, naming: "no-such-volume") {
                try await controller.controllerPublishVolume(publish)
            }
            var unpublish = story.volume.detach()
            unpublish.volumeID = "no-such-volume"
            _ = try await controller.controllerUnpublishVolume(unpublish)
        }
    }

    @Test("Of two controllers that publish at once to two nodes, one wins", arguments: 0..<3)
    func race(round: Int) async throws {
        try await NodeStory.with(.filesystem()) { story in
            let other = try await story.installation.controller(name: "c2")
            let tries = [("n1", story.controller), ("n2", other)]
            let winners = await withTaskGroup(of: String?.self) { group in
                for (node, controller) in tries {
                    group.addTask {
                        do {
                            try await controller.attach(story.volume, to: node)
                            return node
                        } catch {
                            #expect((error as? RPCError)?.code == .failedPrecondition, "\(error)")
                            return nil
                        }
                    }
                }
                return await group.reduce(into: [String]()) { if let node = $1 { $0.append(node) } }
            }
            #expect(winners.count == 1)
            try await story.controller.detach(story.volume, from: "")
            try await story.controller.delete(story.volume)
        }
    }

    @Test("Controller and node in one process know their one node")
    func allInOne() async throws {
        try await Installation.with { installation in
            let all = try await installation.start(
                [
                    "serve", "--endpoint", "unix://\(installation.path("all.sock"))", "--node-id", "n1", "--config",
                    installation.path("config.json").string, "--instance-key",
                    installation.path("instance-key").string, "--state-dir", installation.path("n1").string,
                ],
                socket: "all.sock"
            )
            let volume = try await all.create(installation.plan(), of: installation)
            await expectRefusal(.notFound, naming: "n2", "n1") { try await all.attach(volume, to: "n2") }
            try await all.detach(volume, from: "n2")
            try await all.attach(volume)
            try await all.stage(volume)
            try await all.unstage(volume)
            try await all.detach(volume)
            try await all.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("Nodes with a user of their own make themselves known; another is NOT_FOUND then")
    func registry() async throws {
        try await Installation.with { installation in
            // What a node tells the cluster of itself stays there: the driver is this test's own.
            let driver = ["--driver-name", "known-\(UInt32.random(in: 0...UInt32.max)).locker.csi"]
            let controller = try await installation.controller(options: driver)
            let volume = try await controller.create(installation.plan(), of: installation)
            try await controller.attach(volume, to: "anybody")
            try await controller.detach(volume, from: "anybody")
            let identity = ["--instance-config", installation.path("instance.json").string]
            _ = try await installation.data()
            _ = try await installation.node(options: identity + driver)
            // The node signs when it has started; nothing tells when.
            var isKnown = false
            while !isKnown {
                do {
                    try await controller.attach(volume, to: "anybody")
                    try await controller.detach(volume, from: "anybody")
                    try await Task.sleep(for: .milliseconds(20))
                } catch let error as RPCError {
                    #expect(error.code == .notFound && error.message.contains("anybody"), "\(error)")
                    isKnown = true
                }
            }
            try await controller.attach(volume)
            try await controller.detach(volume)
            try await controller.delete(volume)
        }
    }
}
