// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import Host
internal import SystemPackage
internal import Testing

/// A node whose processes are killed while a volume is in use, and one that has lost its own notes.
@Suite(.timeLimit(.minutes(10)))
struct RestartTests {
    @Test("After a kill of the node process publish, expand, statistics and unstage go on; nothing is formatted again")
    func nodeKilled() async throws {
        try await NodeStory.with(.filesystem("xfs")) { story in
            let volume = story.volume
            let killed = try await story.installation.node()
            try await killed.stage(volume)
            try await killed.publish(volume)
            try await story.use(killed)
            let device = try #require(try MountTable.read().entry(at: volume.staging())).source
            let uuid = try await FilesystemSignature.probe(FilePath(device))?.uuid
            await killed.kill()
            // The student's I/O does not notice.
            try story.expectWork(at: volume.target())

            let node = try await story.installation.node()
            try await node.stage(volume)
            try await node.publish(volume, pod: "second")
            try story.expectWork(at: volume.target(pod: "second"))
            try await story.use(node)
            try await story.controller.expand(volume, to: 400 << 20)
            #expect(try await node.grow(volume, to: 400 << 20) == 400 << 20)
            #expect(uuid != nil)
            #expect(try await FilesystemSignature.probe(FilePath(device))?.uuid == uuid)
            try await node.unpublish(volume, pod: "second")
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.finish(node)
        }
    }

    @Test("After a kill of the data process statistics say so in words, and staging again gives what was synced")
    func dataKilled() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let volume = story.volume
            let node = try await story.installation.node()
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            await story.data.kill()
            try await Self.expectAbnormal(node, volume)
            let data = try await story.installation.data()
            try await Self.expectAbnormal(node, volume)
            try await node.unpublish(volume)
            try await insist { try await node.unstage(volume) }
            let left = try await Leftovers.onNode(of: volume, data: data, installation: story.installation)
            #expect(left.isEmpty)
            try await node.stage(volume)
            try await node.publish(volume)
            try story.expectWork(at: volume.target())
            let answer = try await node.statistics(volume)
            #expect(answer.volumeCondition?.abnormal == false, "\(answer)")
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.controller.delete(volume)
            try await Leftovers.waitUntilGone(story.installation.context)
        }
    }

    @Test("Without a data process staging says what is missing, and succeeds when it is there")
    func dataMissing() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let node = try await story.installation.node()
            await story.data.terminate()
            await expectRefusal(.unavailable, naming: "data process") { try await node.stage(story.volume) }
            let data = try await story.installation.data()
            try await insist { try await node.stage(story.volume) }
            try await node.unstage(story.volume)
            let left = try await Leftovers.onNode(of: story.volume, data: data, installation: story.installation)
            #expect(left.isEmpty)
        }
    }

    @Test(
        "A staging record that is torn, or gone, is not needed to unpublish and unstage",
        arguments: [
            "torn", "empty", "gone",
        ]
    )
    func recordLost(how: String) async throws {
        try await NodeStory.with(.filesystem()) { story in
            let volume = story.volume
            let node = try await story.installation.node()
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            await node.kill()
            let folder = story.installation.path("n1").appending("staging")
            let name = try #require(HostFile.names(in: folder).first)
            let file = URL(fileURLWithPath: folder.appending(name).string)
            let bytes = try Data(contentsOf: file)
            switch how {
            case "torn": try bytes.prefix(bytes.count / 2).write(to: file)
            case "empty": try Data().write(to: file)
            default: try FileManager.default.removeItem(at: file)
            }
            let successor = try await story.installation.node()
            try await successor.unpublish(volume)
            try await successor.unstage(volume)
            try await story.finish(successor)
        }
    }

    @Test("A staging record that is lost while the volume is staged comes back with the next stage")
    func recordRebuilt() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let volume = story.volume
            let node = try await story.installation.node()
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            let folder = story.installation.path("n1").appending("staging")
            for name in HostFile.names(in: folder) {
                try FileManager.default.removeItem(atPath: folder.appending(name).string)
            }
            try await node.stage(volume)
            try await story.use(node)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.finish(node)
        }
    }

    /// Expects statistics that answer, and that say in words that the volume is not well.
    private static func expectAbnormal(_ node: LockerProcess, _ volume: MadeVolume) async throws {
        let condition = try await node.statistics(volume).volumeCondition
        #expect(condition?.abnormal == true)
        #expect(condition?.message.isEmpty == false)
    }
}
