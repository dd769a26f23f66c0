// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import CSI
internal import Glibc
internal import Host
internal import LockerProto
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

@testable internal import Driver

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
            #expect(try await story.notedClient() == client)
            try await node.stage(volume)
            try await Self.finish(story, node, data, written: written)
        }
    }

    /// That every line is there that a ``SyncedWriter`` has written, and that nothing is left when the volume goes.
    private static func finish(
        _ story: NodeStory,
        _ node: LockerProcess,
        _ data: LockerProcess,
        written: Int
    ) async throws {
        let volume = story.volume
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

    @Test(
        "What was under way through nbd is gone on with at once, as long as there is a node process",
        .enabled(if: RunningKernel.waitingMappers.contains(.nbd))
    )
    func continued() async throws {
        try await HeldCluster.with(.filesystem(), parameters: ["mounter": "nbd"]) { held, story in
            let volume = story.volume
            let first = try await story.installation.node()
            try await first.stage(volume)
            try await first.publish(volume)
            let threads = story.installation.cluster.threads
            let writer = try await SyncedWriter.start(volume.target().appending("log"), threads: threads)
            try await writer.waitForMore(than: 10)
            // The next node process is given what the first one has kept.
            await first.terminate()
            let node = try await story.installation.node()
            try await Task.sleep(for: .seconds(2))
            var data = story.data
            for _ in 0..<2 {
                // Something is under way then, and no answer is on its way out.
                held.hold()
                try await Self.waitForOldRequest(of: data, milliseconds: 500)
                await data.kill()
                data = try await story.installation.data()
                held.release()
                while try !data.output().contains("took over") { try await Task.sleep(for: .milliseconds(50)) }
                let output = try data.output()
                let continued = output.firstMatch(of: /"continued":"(\d+)"/).flatMap { Int($0.output.1) }
                #expect(continued ?? 0 > 0, "\(output)")
                let before = writer.count
                try await writer.waitForMore(than: before + 20)
            }
            let written = try await writer.stop()
            try await Self.finish(story, node, data, written: written)
        }
    }

    @Test(
        "Killed while the cluster is silent, it leaves its devices to the next one all the same",
        arguments: RunningKernel.waitingMappers
    )
    func killedInSilence(mapper: MapperName) async throws {
        try await HeldCluster.with(.filesystem(), parameters: ["mounter": mapper.rawValue]) { held, story in
            let (volume, installation) = (story.volume, story.installation)
            let node = try await installation.node()
            try await node.stage(volume)
            try await node.publish(volume)
            let place = volume.target().appending("work")
            _ = try VolumeFile(writingTo: place)
            held.hold()
            async let written = installation.cluster.threads.run { try VolumeFile(writingTo: place) }
            // Longer than anything that the process does about requests which wait.
            try await Self.waitForOldRequest(of: story.data, milliseconds: 4000)
            // It has to be able to end: what waited in the kernel for those requests would wait for ever.
            await story.data.kill()
            let data = try await installation.data()
            held.release()
            #expect(try await written.isWhole(at: place))
            try await node.unpublish(volume)
            try await node.unstage(volume)
            #expect(try await Leftovers.onNode(of: volume, data: data, installation: installation).isEmpty)
            try await story.controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    /// Waits until a request of the only volume has been under way for so long.
    private static func waitForOldRequest(of data: LockerProcess, milliseconds: Int64) async throws {
        while true {
            let attached = try await data.data.list(.init(), timeout: .seconds(10)).attached
            if let oldest = attached.first?.oldestRequestMs, oldest >= milliseconds { return }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    @Test(
        "A volume that another node has had since gets nothing of what a dead data process' device held back",
        arguments: RunningKernel.waitingMappers
    )
    func taken(mapper: MapperName) async throws {
        try await NodeStory.with(.filesystem(), parameters: ["mounter": mapper.rawValue]) { story in
            let (volume, controller) = (story.volume, story.controller)
            let first = try await story.installation.node()
            _ = try await story.installation.data(of: "n2")
            let second = try await story.installation.node("n2")
            try await controller.attach(volume)
            try await first.stage(volume)
            try await first.publish(volume)
            try await story.use(first)
            // Both nodes are on one machine and share a keyring, which the second one's unstage empties.
            let key = try #require(try VolumeKey.read(named: VolumeKey.name(of: volume.id)))

            let late = try FileDescriptor.open(
                volume.target().appending("late"),
                .writeOnly,
                options: .create,
                permissions: .ownerReadWrite
            )
            try #require(fsync(late.rawValue) == 0)

            // The node is cut off: its data process dies, and its pod writes on.
            await story.data.kill()
            try late.writeAll([UInt8](repeating: 0xEE, count: 1 << 20))
            async let synced: CInt = story.installation.cluster.threads.run { fsync(late.rawValue) == 0 ? 0 : errno }

            // Its volume goes elsewhere, is used there, and is given back.
            try await controller.detach(volume)
            try await controller.attach(volume, to: "n2")
            try await second.stage(volume, on: "n2")
            try await second.publish(volume, on: "n2")
            try story.expectWork(at: volume.target(on: "n2"))
            let place = volume.target(on: "n2").appending("second")
            let work = try VolumeFile(writingTo: place)
            try await second.unpublish(volume, on: "n2")
            try await second.unstage(volume, on: "n2")
            try await controller.detach(volume, from: "n2")

            try key.store(for: volume.id)
            let data = try await story.installation.data()
            let failure = try await synced
            #expect([EIO, EROFS].contains(failure), "the late write ended with \(failure)")
            try late.close()
            while try !data.output().contains("was taken from this node") {
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try await first.statistics(volume).volumeCondition?.abnormal == true)
            try await first.unpublish(volume)
            try await first.unstage(volume)
            #expect(
                try await Leftovers.onNode(of: volume, data: data, installation: story.installation).isEmpty
            )

            try await controller.attach(volume)
            try await first.stage(volume)
            try await first.publish(volume)
            #expect(try work.isWhole(at: volume.target().appending("second")))
            try story.expectWork(at: volume.target())
            #expect(try HostFile.read(volume.target().appending("late")).isEmpty)
            try await first.unpublish(volume)
            try await first.unstage(volume)
            try await controller.detach(volume)
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(story.installation.context)
        }
    }
}
