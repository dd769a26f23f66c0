// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import CSI
internal import GRPCCore
internal import Host
internal import RBD
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A filesystem that was really damaged, under both policies and on every mapper.
@Suite(.timeLimit(.minutes(5)))
struct MapperRepairTests {
    /// Where the superblock and, with XFS, more of the first allocation group are.
    private static let length = 4096

    /// Stages a volume, lets a pod write, takes it down, and overwrites the beginning of its image.
    private static func damage(_ story: NodeStory, _ node: LockerProcess) async throws {
        try await node.stage(story.volume)
        try await node.publish(story.volume)
        try await story.use(node)
        try await node.unpublish(story.volume)
        try await node.unstage(story.volume)
        try await story.installation.context.withImage(.name(story.volume.imageName), readOnly: false) { image in
            try image.write(offset: 0, [UInt8](repeating: 0, count: Self.length))
            try image.flush()
        }
    }

    private static func snapshots(of story: NodeStory) async throws -> [String] {
        try await story.installation.context.withImage(.name(story.volume.imageName), readOnly: true) { image in
            try image.snapshots().map(\.name)
        }
    }

    @Test("preen leaves damage to a person and says what the tool said", arguments: ["ext4", "xfs"])
    func preen(type: String) async throws {
        try await NodeStory.with(.filesystem(type)) { story in
            let node = try await story.installation.node()
            try await Self.damage(story, node)
            for _ in 0..<2 {
                await expectRefusal(
                    .failedPrecondition,
                    naming: "fsckPolicy preen",
                    type == "ext4" ? "superblock" : "bad magic number",
                    story.volume.imageName
                ) { try await node.stage(story.volume) }
            }
            #expect(try await Self.snapshots(of: story).isEmpty)
            let beginning = try await story.installation.context.withImage(
                .name(story.volume.imageName),
                readOnly: true
            ) { try $0.read(offset: 0, count: Self.length) }
            #expect(beginning == [UInt8](repeating: 0, count: Self.length))
            let left = try await Leftovers.onNode(of: story.volume, data: story.data, installation: story.installation)
            #expect(left.isEmpty)
            try await story.controller.delete(story.volume)
            try await Leftovers.waitUntilGone(story.installation.context)
        }
    }

    @Test(
        "repair mounts it again with the data, and a snapshot has it as it was; neither keeps it from being deleted",
        arguments: RunningKernel.pairs
    )
    func repair(mapper: MapperName, type: String) async throws {
        let parameters = ["mounter": mapper.rawValue, "fsckPolicy": "repair"]
        try await NodeStory.with(.filesystem(type), parameters: parameters) { story in
            let node = try await story.installation.node()
            try await Self.damage(story, node)
            try await node.stage(story.volume)
            try await node.publish(story.volume)
            try await story.use(node)
            try await node.unpublish(story.volume)
            try await node.unstage(story.volume)
            let names = try await Self.snapshots(of: story)
            #expect(names.count == 1 && names.allSatisfy { $0.hasPrefix("locker-repair-2") }, "\(names)")
            // Sound again, so nothing more is kept.
            try await node.stage(story.volume)
            try await node.unstage(story.volume)
            #expect(try await Self.snapshots(of: story) == names)

            let name = try #require(names.first)
            let image = story.volume.imageName
            let beginning = try await story.installation.context.withImage(.name(image), readOnly: false) { image in
                try image.rollBack(to: name)
                return try image.read(offset: 0, count: Self.length)
            }
            #expect(beginning == [UInt8](repeating: 0, count: Self.length))
            try await story.controller.delete(story.volume)
            try await Leftovers.waitUntilGone(story.installation.context)
        }
    }
}
