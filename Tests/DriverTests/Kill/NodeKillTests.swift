// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Host
internal import Testing

/// The node process killed between any two steps, while the data process lives on: the retry finishes the call, the
/// data is whole, and in the end nothing is left.
@Suite(.timeLimit(.minutes(10)))
struct NodeKillTests {
    @Test("NodeStageVolume is finished by the retry", arguments: KillSteps.stage)
    func stage(step: String) async throws {
        try await NodeStory.with(.filesystem()) { story in
            let node = try await story.interrupt(at: step) { try await $0.stage(story.volume) }
            try await node.publish(story.volume)
            try await story.use(node)
            try await node.unpublish(story.volume)
            try await node.unstage(story.volume)
            try await story.finish(node)
        }
    }

    @Test("NodePublishVolume is finished by the retry", arguments: KillSteps.publish)
    func publish(step: String) async throws {
        try await NodeStory.with(.filesystem()) { story in
            try await story.stage()
            let node = try await story.interrupt(at: step) { try await $0.publish(story.volume) }
            try await story.use(node)
            try await node.unpublish(story.volume)
            try await node.unstage(story.volume)
            try await story.finish(node)
        }
    }

    @Test("NodeExpandVolume is finished by the retry", arguments: KillSteps.nodeExpand)
    func expand(step: String) async throws {
        try await NodeStory.with(.filesystem("xfs")) { story in
            try await story.stage(publishing: true)
            let before = try FilesystemUsage(of: story.volume.target())
            let larger = story.volume.capacity + (100 << 20)
            try await story.controller.expand(story.volume, to: larger)
            let node = try await story.interrupt(at: step) { try await $0.grow(story.volume, to: larger) }
            #expect(try FilesystemUsage(of: story.volume.target()).totalBytes >= before.totalBytes + (90 << 20))
            try await story.use(node)
            try await node.unpublish(story.volume)
            try await node.unstage(story.volume)
            try await story.finish(node)
        }
    }

    @Test("NodeUnpublishVolume is finished by the retry", arguments: KillSteps.unpublish)
    func unpublish(step: String) async throws {
        try await NodeStory.with(.filesystem()) { story in
            try await story.stage(publishing: true)
            let node = try await story.interrupt(at: step) { try await $0.unpublish(story.volume) }
            try await node.unstage(story.volume)
            try await story.finish(node)
        }
    }

    @Test("NodeUnstageVolume is finished by the retry", arguments: KillSteps.unstage)
    func unstage(step: String) async throws {
        try await NodeStory.with(.filesystem()) { story in
            try await story.stage(publishing: true, thenUnpublishing: true)
            let node = try await story.interrupt(at: step) { try await $0.unstage(story.volume) }
            try await story.finish(node)
        }
    }

    @Test(
        "A raw block volume is staged, published and taken down by retries",
        arguments: [
            "stage.mapped", "publish.done", "unpublish.unmounted", "unstage.unmapped",
        ]
    )
    func rawBlock(step: String) async throws {
        try await NodeStory.with(.rawBlock()) { story in
            let calls: [(name: String, call: (LockerProcess) async throws -> Void)] = [
                ("stage", { try await $0.stage(story.volume) }), ("publish", { try await $0.publish(story.volume) }),
                ("use", { try await story.use($0) }), ("unpublish", { try await $0.unpublish(story.volume) }),
                ("unstage", { try await $0.unstage(story.volume) }),
            ]
            var node = try await story.installation.node()
            for (name, call) in calls {
                if step.hasPrefix("\(name).") {
                    await node.terminate()
                    node = try await story.interrupt(at: step, call)
                } else {
                    try await call(node)
                }
            }
            try await story.finish(node)
        }
    }
}
