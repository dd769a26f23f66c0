// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import Host
internal import LockerProto
internal import SystemPackage
internal import Testing

/// Volumes that nobody may write: published read-only by the controller, or to several readers.
@Suite(.timeLimit(.minutes(10)))
struct ReadOnlyTests {
    @Test(
        "What the controller published read-only no pod can write, whatever the node is asked for",
        arguments: [
            "ext4", "xfs",
        ]
    )
    func published(type: String) async throws {
        try await NodeStory.with(.filesystem(type)) { story in
            let (volume, controller) = (story.volume, story.controller)
            let node = try await story.installation.node()
            // Without a filesystem there is nothing to read, and none is made.
            try await controller.attach(volume, readOnly: true)
            await expectRefusal(.failedPrecondition, naming: "no filesystem yet") { try await node.stage(volume) }
            try await controller.detach(volume)
            try await controller.attach(volume)
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await controller.detach(volume)

            try await controller.attach(volume, readOnly: true)
            try await node.stage(volume)
            try await node.stage(volume)
            try await node.publish(volume)
            try await node.publish(volume)
            try Self.expectReadOnly(volume.target())
            try story.expectWork(at: volume.target())
            #expect(try await node.statistics(volume).volumeCondition?.abnormal == false)
            let device = try #require(try await story.data.data.list(.init(), timeout: .seconds(10)).attached.first)
            #expect(device.readOnly)
            #expect(throws: Errno.self) {
                let raw = try FileDescriptor.open(FilePath(device.device), .writeOnly)
                _ = try raw.closeAfter { try raw.writeAll([UInt8](repeating: 0, count: 4096)) }
            }
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await controller.detach(volume)
            try await story.finish(node)
        }
    }

    @Test("A raw block volume that is published read-only is a device that refuses writes")
    func rawBlock() async throws {
        try await NodeStory.with(.rawBlock()) { story in
            let (volume, controller) = (story.volume, story.controller)
            let node = try await story.installation.node()
            try await controller.attach(volume, readOnly: true)
            try await node.stage(volume)
            _ = try await node.node.nodePublishVolume(volume.publish(readOnly: true))
            #expect(throws: Errno.self) {
                let device = try FileDescriptor.open(volume.target(), .readWrite)
                _ = try device.closeAfter { try device.writeAll([1]) }
            }
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await controller.detach(volume)
            try await story.finish(node)
        }
    }

    @Test("Two nodes read a volume that was made for it at once; nobody writes meanwhile")
    func readers() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let plan = installation.plan()
            let reader = VolumeCapability.filesystem(mode: .multiNodeReaderOnly)
            var request = plan.request
            request.volumeCapabilities = [plan.capability, reader]
            let answer = try await controller.controller.createVolume(request)
            let volume = try MadeVolume(answer, to: plan, in: installation.directory)
            _ = try await installation.data()
            _ = try await installation.data(of: "n2")
            // The nodes share the machine's keyring, from which the first to unstage takes the key.
            let identity = ["--instance-config", installation.path("instance.json").string]
            let options = identity + ["--driver-name", "readers.locker.csi"]
            let nodes = [
                ("n1", try await installation.node(options: options)),
                ("n2", try await installation.node("n2", options: options)),
            ]
            try await controller.attach(volume)
            try await nodes[0].1.stage(volume)
            try await nodes[0].1.publish(volume)
            let work = try VolumeFile(writingTo: volume.target().appending("work"))
            try await nodes[0].1.unpublish(volume)
            try await nodes[0].1.unstage(volume)
            await expectRefusal(.failedPrecondition, naming: "n1") {
                try await controller.controller.controllerPublishVolume(volume.attach(to: "n2", as: reader))
            }
            try await controller.detach(volume)

            for (name, node) in nodes {
                _ = try await controller.controller.controllerPublishVolume(volume.attach(to: name, as: reader))
                _ = try await node.node.nodeStageVolume(volume.stage(on: name, as: reader))
                _ = try await node.node.nodePublishVolume(volume.publish(on: name, as: reader))
            }
            for (name, _) in nodes {
                #expect(try work.isWhole(at: volume.target(on: name).appending("work")))
                try Self.expectReadOnly(volume.target(on: name))
            }
            await expectRefusal(.failedPrecondition, naming: "n1") { try await controller.attach(volume, to: "n3") }
            for (name, node) in nodes {
                try await node.unpublish(volume, on: name)
                try await node.unstage(volume, on: name)
                try await controller.detach(volume, from: name)
            }
            try await controller.attach(volume, to: "n3")
            try await controller.detach(volume, from: "n3")
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    private static func expectReadOnly(_ target: FilePath) throws {
        let error = #expect(throws: Errno.self) {
            try FileDescriptor.open(
                target.appending("new"),
                .writeOnly,
                options: .create,
                permissions: .ownerReadWrite
            ).close()
        }
        #expect(error == .readOnlyFileSystem)
    }
}
