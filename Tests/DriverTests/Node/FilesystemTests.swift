// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import Host
internal import SystemPackage
internal import Testing

/// A volume with a filesystem on a node: staged, published, used, grown, taken down, and there again.
@Suite(.timeLimit(.minutes(10)))
struct FilesystemTests {
    @Test(
        "Data is there when the volume is staged again, and repeats of every call are answered",
        arguments: [
            "ext4", "xfs",
        ]
    )
    func life(type: String) async throws {
        try await NodeStory.with(.filesystem(type)) { story in
            let node = try await story.installation.node()
            let volume = story.volume
            for _ in 0..<2 { try await node.stage(volume) }
            for _ in 0..<2 { try await node.publish(volume) }
            let mount = try #require(try MountTable.read().entry(at: volume.target()))
            #expect(mount.type == type)
            try await story.use(node)
            for _ in 0..<2 { try await node.unpublish(volume) }
            #expect(try MountTarget.kind(of: volume.target()) == .missing)
            for _ in 0..<2 { try await node.unstage(volume) }
            try await story.finish(node)
        }
    }

    @Test("mountOptions of the class arrive, and nosuid and nodev always")
    func flags() async throws {
        try await NodeStory.with(.filesystem("ext4", flags: ["noatime", "commit=7"])) { story in
            let node = try await story.installation.node()
            try await node.stage(story.volume)
            try await node.publish(story.volume)
            for path in [story.volume.staging(), story.volume.target()] {
                let mount = try #require(try MountTable.read().entry(at: path))
                #expect(Set(mount.options).isSuperset(of: ["noatime", "nosuid", "nodev", "rw"]), "\(path)")
                // ext4's own; it protects what is there at an error unless the class says otherwise.
                #expect(Set(mount.superOptions).isSuperset(of: ["commit=7", "errors=remount-ro"]), "\(path)")
            }
            try await node.unpublish(story.volume)
            try await node.unstage(story.volume)
            try await story.finish(node)
        }
    }

    @Test("A volume is published read-only where that is asked for, and refuses writes there")
    func readOnly() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let node = try await story.installation.node()
            let volume = story.volume
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            _ = try await node.node.nodePublishVolume(volume.publish(pod: "reader", readOnly: true))
            let reader = volume.target(pod: "reader")
            #expect(FileManager.default.fileExists(atPath: reader.appending("work").string))
            #expect(throws: Errno.readOnlyFileSystem) { try VolumeFile(writingTo: reader.appending("new")) }
            await expectRefusal(.alreadyExists, naming: reader.string) {
                try await node.node.nodePublishVolume(volume.publish(pod: "reader"))
            }
            _ = try await node.node.nodePublishVolume(volume.publish(pod: "reader", readOnly: true))
            try await node.unpublish(volume, pod: "reader")
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.finish(node)
        }
    }

    @Test("The pod's group gets the volume's files, those that were there before included")
    func group() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let node = try await story.installation.node()
            let volume = story.volume
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            _ = try await node.node.nodeStageVolume(volume.stage(as: .filesystem(group: "4711")))
            _ = try await node.node.nodePublishVolume(volume.publish(as: .filesystem(group: "4711")))
            for path in [volume.target(), volume.target().appending("work")] {
                var status = stat()
                #expect(lstat(path.string, &status) == 0)
                #expect(status.st_gid == 4711, "\(path)")
                #expect(status.st_mode & 0o060 == 0o060, "\(path)")
            }
            await expectRefusal(.invalidArgument, naming: "volume_mount_group") {
                try await node.node.nodeStageVolume(volume.stage(as: .filesystem(group: "students")))
            }
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.finish(node)
        }
    }

    @Test("Statistics are the filesystem's own, and the volume is well")
    func statistics() async throws {
        try await NodeStory.with(.filesystem("xfs")) { story in
            let node = try await story.installation.node()
            try await node.stage(story.volume)
            try await node.publish(story.volume)
            try await story.use(node)
            let answer = try await node.statistics(story.volume)
            let usage = try FilesystemUsage(of: story.volume.target())
            #expect(
                Set(answer.usage) == [
                    VolumeUsage(
                        available: usage.availableBytes,
                        total: usage.totalBytes,
                        used: usage.usedBytes,
                        unit: .bytes
                    ),
                    VolumeUsage(
                        available: usage.availableInodes,
                        total: usage.totalInodes,
                        used: usage.usedInodes,
                        unit: .inodes
                    ),
                ]
            )
            #expect(answer.volumeCondition?.abnormal == false)
            await expectRefusal(.notFound) {
                try await node.node.nodeGetVolumeStats(story.volume.statistics(pod: "another"))
            }
            try await node.unpublish(story.volume)
            try await node.unstage(story.volume)
            try await story.finish(node)
        }
    }

    @Test("A mounted filesystem grows with its volume, and to the full size if it was not mounted")
    func growth() async throws {
        try await NodeStory.with(.filesystem("xfs")) { story in
            let node = try await story.installation.node()
            let volume = story.volume
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            await expectRefusal(.outOfRange, naming: "controller") { try await node.grow(volume, to: 400 << 20) }
            try await story.controller.expand(volume, to: 400 << 20)
            #expect(try await node.grow(volume, to: 400 << 20) == 400 << 20)
            #expect(try await node.grow(volume, to: 400 << 20) == 400 << 20)
            #expect(try FilesystemUsage(of: volume.target()).totalBytes > 300 << 20)
            try await story.use(node)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.controller.expand(volume, to: 600 << 20)
            try await node.stage(volume)
            try await node.publish(volume)
            #expect(try FilesystemUsage(of: volume.target()).totalBytes > 500 << 20)
            try await story.use(node)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.finish(node)
        }
    }
}
