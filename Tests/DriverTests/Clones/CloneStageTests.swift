// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Glibc
internal import Host
internal import SystemPackage
internal import Testing

/// Copies of volumes with filesystems, used on a real node beside their sources.
@Suite(.timeLimit(.minutes(10)))
struct CloneStageTests {
    /// The source's story goes on under a copy: staged, published and written to.
    private static func with(
        _ type: String,
        bytes: Int64? = nil,
        _ body: (NodeStory, LockerProcess, MadeVolume) async throws -> Void
    ) async throws {
        try await NodeStory.with(.filesystem(type)) { story in
            let node = try await story.installation.node()
            try await node.stage(story.volume)
            try await node.publish(story.volume)
            try await story.use(node)
            let plan = story.volume.copyPlan(of: story.installation, bytes: bytes)
            let copy = try await story.controller.create(plan, of: story.installation)
            try await body(story, node, copy)
        }
    }

    private static func uuid(at volume: MadeVolume) async throws -> String {
        let entry = try #require(try MountTable.read().entry(at: volume.staging()))
        return try #require(try await FilesystemSignature.probe(.init(entry.source))).uuid
    }

    @Test(
        "Beside its mounted source a copy is mounted with the source's files, and each goes its own way",
        arguments: ["ext4", "xfs"]
    )
    func beside(_ type: String) async throws {
        try await Self.with(type) { story, node, copy in
            try await node.stage(copy)
            try await node.publish(copy)
            try story.expectWork(at: copy.target())
            #expect(try await Self.uuid(at: copy) != Self.uuid(at: story.volume))
            // What one writes the other does not see.
            let own = try VolumeFile(writingTo: copy.target().appending("own"))
            #expect(!HostFile.names(in: story.volume.target()).contains("own"))
            let before = try VolumeFile(readingFrom: copy.target().appending("work"))
            try await story.use(node)
            #expect(try before.isWhole(at: copy.target().appending("work")))
            let uuid = try await Self.uuid(at: copy)

            // The source goes while the copy is in use.
            try await node.unpublish(story.volume)
            try await node.unstage(story.volume)
            try await story.controller.delete(story.volume)
            #expect(try before.isWhole(at: copy.target().appending("work")))
            try await node.unpublish(copy)
            try await node.unstage(copy)
            // Once is enough: staged again it is what it was.
            try await node.stage(copy)
            try await node.publish(copy)
            #expect(try await Self.uuid(at: copy) == uuid)
            #expect(try own.isWhole(at: copy.target().appending("own")))
            #expect(try before.isWhole(at: copy.target().appending("work")))
            try await node.unpublish(copy)
            try await node.unstage(copy)
            try await story.controller.delete(copy)
            try await Leftovers.waitUntilGone(story.installation.context)
        }
    }

    @Test("A larger copy's filesystem fills it at its first stage")
    func larger() async throws {
        try await Self.with("xfs", bytes: 500 << 20) { story, node, copy in
            try await node.stage(copy)
            try await node.publish(copy)
            let large = try FilesystemUsage(of: copy.target()).totalBytes
            let small = try FilesystemUsage(of: story.volume.target()).totalBytes
            #expect(large >= small + (180 << 20), "\(small), then \(large)")
            try story.expectWork(at: copy.target())
            for volume in [copy, story.volume] {
                try await node.unpublish(volume)
                try await node.unstage(volume)
            }
        }
    }

    @Test("A volume restored from a snapshot holds what was there then, mounted beside what is there now")
    func restored() async throws {
        try await NodeStory.with(.filesystem("xfs")) { story in
            let node = try await story.installation.node()
            try await node.stage(story.volume)
            try await node.publish(story.volume)
            let then = try VolumeFile(writingTo: story.volume.target().appending("essay"))
            var plan = story.volume.copyPlan(of: story.installation)
            plan.source = try await story.volume.snapshot(by: story.controller)
            _ = try VolumeFile(writingTo: story.volume.target().appending("essay"))
            let copy = try await story.controller.create(plan, of: story.installation)
            try await node.stage(copy)
            try await node.publish(copy)
            #expect(try then.isWhole(at: copy.target().appending("essay")))
            #expect(try !then.isWhole(at: story.volume.target().appending("essay")))
            for volume in [copy, story.volume] {
                try await node.unpublish(volume)
                try await node.unstage(volume)
            }
        }
    }

    @Test(
        "A copy whose first stage is cut short anywhere is staged by the retry",
        arguments: KillSteps.identity,
        ["ext4", "xfs"]
    )
    func killed(_ step: String, _ type: String) async throws {
        try await Self.with(type) { story, first, copy in
            await first.terminate()
            let node = try await story.interrupt(at: step) { try await $0.stage(copy) }
            try await node.publish(copy)
            try story.expectWork(at: copy.target())
            #expect(try await Self.uuid(at: copy) != Self.uuid(at: story.volume))
            for volume in [copy, story.volume] {
                try await node.unpublish(volume)
                try await node.unstage(volume)
            }
        }
    }
}
