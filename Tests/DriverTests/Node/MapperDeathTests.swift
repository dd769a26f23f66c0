// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import CSI
internal import Host
internal import LockerProto
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// The data process is killed in the middle of a pod's writes, on every mapper whose devices wait for the next one.
@Suite(
    .timeLimit(.minutes(5)),
    .enabled(if: !RunningKernel.waitingMappers.isEmpty, "this kernel has neither ublk nor nbd")
)
struct MapperDeathTests {
    @Test(
        "A pod's writes go on with the next data process, and no error is seen",
        arguments: RunningKernel.waitingMappers
    )
    func dataKilled(mapper: MapperName) async throws {
        try await NodeStory.with(.filesystem(), parameters: ["mounter": mapper.rawValue]) { story in
            let volume = story.volume
            let node = try await story.installation.node()
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            let writer = try await SyncedWriter.start(
                volume.target().appending("log"),
                threads: story.installation.cluster.threads
            )
            try await writer.waitForMore(than: 10)
            await story.data.kill()
            let condition = try await node.statistics(volume).volumeCondition
            #expect(condition?.abnormal == true, "\(condition?.message ?? "no condition")")
            let data = try await story.installation.data()
            let before = writer.count
            try await writer.waitForMore(than: before + 20)
            let written = try await writer.stop()

            let mount = try #require(try MountTable.read().entry(at: volume.target()))
            #expect(!mount.isReadOnly, "\(mount.options) \(mount.superOptions)")
            while try await node.statistics(volume).volumeCondition?.abnormal != false {
                try await Task.sleep(for: .milliseconds(50))
            }
            // A fence has to take the client that serves now.
            let client = try #require(
                try await data.data.list(.init(), timeout: .seconds(10)).attached.first?.clientAddress
            )
            while try await story.notedClient() != client { try await Task.sleep(for: .milliseconds(50)) }
            try await node.stage(volume)
            let log = volume.target().appending("log")
            let text = try await story.installation.cluster.threads.run { try HostFile.read(log) }
            #expect(String(decoding: text, as: UTF8.self).split(separator: "\n").map { Int($0) } == Array(0..<written))
            try await node.unpublish(volume)
            try await node.unstage(volume)
            let left = try await Leftovers.onNode(of: volume, data: data, installation: story.installation)
            #expect(left.isEmpty)
            try await story.controller.delete(volume)
            try await Leftovers.waitUntilGone(story.installation.context)
        }
    }
}
