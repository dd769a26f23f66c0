// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import Glibc
internal import Host
internal import SystemPackage
internal import Testing

/// Paths that a pod has had its hands on, through CSI.
@Suite(.timeLimit(.minutes(10)))
struct IsolatedPathTests {
    @Test("A symbolic link in the staging or the target path is refused, and nothing happens where it leads")
    func links() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let node = try await story.installation.node()
            let volume = story.volume
            let outside = story.installation.path("outside")
            try FileManager.default.createDirectory(atPath: outside.string, withIntermediateDirectories: true)
            let link = story.installation.path("link")
            #expect(symlink(outside.string, link.string) == 0)

            var stage = volume.stage()
            for path in [link, link.appending("deeper")] {
                stage.stagingTargetPath = path.string
                await expectRefusal(.failedPrecondition, naming: "symbolic link") {
                    [stage] in try await node.node.nodeStageVolume(stage)
                }
            }
            try await node.stage(volume)
            var publish = volume.publish()
            for path in [link, link.appending("deeper")] {
                publish.targetPath = path.string
                await expectRefusal(.failedPrecondition, naming: "symbolic link") {
                    [publish] in try await node.node.nodePublishVolume(publish)
                }
            }
            #expect(HostFile.names(in: outside).isEmpty)
            let mounts = try MountTable.read().entries.map(\.mountPoint)
            #expect(!mounts.contains { $0.starts(with: outside) })

            // Swapped once it is published: what is unmounted and removed is not what the link leads to.
            try await node.publish(volume)
            try FileManager.default.createDirectory(
                atPath: outside.appending(volume.target().lastComponent?.string ?? "").string,
                withIntermediateDirectories: true
            )
            let folder = volume.target().removingLastComponent()
            let aside = story.installation.path("aside")
            #expect(rename(folder.string, aside.string) == 0)
            #expect(symlink(outside.string, folder.string) == 0)
            await expectRefusal(.failedPrecondition, naming: "symbolic link") { try await node.unpublish(volume) }
            #expect(HostFile.names(in: outside).count == 1)
            #expect(unlink(folder.string) == 0 && rename(aside.string, folder.string) == 0)
            try await node.unpublish(volume)
            #expect(try MountTarget.kind(of: volume.target()) == .missing)
            try await node.unstage(volume)
            try await story.finish(node)
        }
    }

    @Test("kubelet's own directory may be a link, if --kubelet-dir names it")
    func linkedKubelet() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let real = story.installation.path("disk")
            try FileManager.default.createDirectory(atPath: real.string, withIntermediateDirectories: true)
            let kubelet = story.volume.staging().removingLastComponent()
            #expect(symlink(real.string, kubelet.string) == 0)
            let strict = try await story.installation.node()
            await expectRefusal(.failedPrecondition, naming: "symbolic link") { try await strict.stage(story.volume) }
            await strict.kill()
            let node = try await story.installation.node(options: ["--kubelet-dir", kubelet.string])
            try await node.stage(story.volume)
            let name = try #require(story.volume.staging().lastComponent?.string)
            #expect(try MountTable.read().entry(at: real.appending(name)) != nil)
            try await node.publish(story.volume)
            try await story.use(node)
            try await node.unpublish(story.volume)
            try await node.unstage(story.volume)
            #expect(try MountTable.read().entry(at: real.appending(name)) == nil)
        }
    }

    @Test("A class that says suid and dev gets them, and only such a class")
    func guarded() async throws {
        try await NodeStory.with(.filesystem("ext4", flags: ["suid", "dev", "noexec"])) { story in
            let node = try await story.installation.node()
            try await node.stage(story.volume)
            try await node.publish(story.volume)
            for path in [story.volume.staging(), story.volume.target()] {
                let options = try #require(try MountTable.read().entry(at: path)).options
                #expect(!options.contains("nosuid") && !options.contains("nodev") && options.contains("noexec"))
            }
            try await node.unpublish(story.volume)
            try await node.unstage(story.volume)
            try await story.finish(node)
        }
    }
}
