// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import CSI
internal import Host
internal import SystemPackage
internal import TestSupport
internal import Testing

/// What NodeGetVolumeStats says of a volume that is not well, on every mapper.
@Suite(.timeLimit(.minutes(5)))
struct MapperHealthTests {
    @Test(
        "An error that the filesystem has met is told, and gone after the next stage",
        arguments: RunningKernel.pairs
    )
    func filesystemError(mapper: MapperName, type: String) async throws {
        try await NodeStory.with(.filesystem(type), parameters: ["mounter": mapper.rawValue]) { story in
            let node = try await story.installation.node()
            let volume = story.volume
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            if type == "ext4" {
                let device = FilePath(try #require(try MountTable.read().entry(at: volume.target())).source)
                let name = try #require(device.lastComponent?.string)
                // As if a block had been found wrong: ext4 goes read-only. See: man 5 ext4, errors=remount-ro.
                try HostFile.write("1", to: FilePath("/sys/fs/ext4/\(name)/trigger_fs_error"))
            } else {
                let path = volume.target().string
                #expect(await (try ChildProcess("/usr/sbin/xfs_io", ["-x", "-c", "shutdown", path])).wait() == 0)
            }
            let condition = try #require(try await node.statistics(volume).volumeCondition)
            // Between Linux 6.12 and 6.14 nothing but the count tells that ext4 takes no more writes.
            let words = type == "ext4" ? ["read-only", "has met 1 error"] : ["fails"]
            #expect(condition.abnormal && words.contains { condition.message.contains($0) }, "\(condition.message)")
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.finish(node)
        }
    }
}
