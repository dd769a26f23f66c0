// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Host
internal import Testing

/// A raw block volume on a node.
@Suite(.timeLimit(.minutes(10)))
struct RawBlockTests {
    @Test("Its device is there, has the volume's size, and what was written is there when it is staged again")
    func life() async throws {
        try await NodeStory.with(.rawBlock()) { story in
            let node = try await story.installation.node()
            let volume = story.volume
            for _ in 0..<2 { try await node.stage(volume) }
            for _ in 0..<2 { try await node.publish(volume) }
            #expect(try BlockDevice(volume.target()).size() == UInt64(volume.capacity))
            try await story.use(node)
            let answer = try await node.statistics(volume)
            #expect(answer.usage == [VolumeUsage(total: volume.capacity, unit: .bytes)])
            for _ in 0..<2 { try await node.unpublish(volume) }
            #expect(try MountTarget.kind(of: volume.target()) == .missing)
            for _ in 0..<2 { try await node.unstage(volume) }
            try await story.finish(node)
        }
    }

    @Test("Its device grows while it is published")
    func growth() async throws {
        try await NodeStory.with(.rawBlock()) { story in
            let node = try await story.installation.node()
            let volume = story.volume
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            try await story.controller.expand(volume, to: 96 << 20)
            #expect(try await node.grow(volume, to: 96 << 20) == 96 << 20)
            #expect(try BlockDevice(volume.target()).size() == 96 << 20)
            try await story.use(node)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.finish(node)
        }
    }

    @Test("It is not had as a filesystem, nor read-only once it is staged for writing")
    func refusals() async throws {
        try await NodeStory.with(.rawBlock()) { story in
            let node = try await story.installation.node()
            let volume = story.volume
            await expectRefusal(.failedPrecondition, naming: "raw block") {
                try await node.node.nodeStageVolume(volume.stage(as: .filesystem()))
            }
            try await node.stage(volume)
            await expectRefusal(.alreadyExists) {
                try await node.node.nodeStageVolume(volume.stage(as: .filesystem()))
            }
            await expectRefusal(.failedPrecondition) {
                try await node.node.nodePublishVolume(volume.publish(as: .filesystem()))
            }
            await expectRefusal(.invalidArgument, naming: "read-only") {
                try await node.node.nodePublishVolume(volume.publish(readOnly: true))
            }
            try await node.unstage(volume)
            try await story.finish(node)
        }
    }
}
