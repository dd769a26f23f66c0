// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import CSI
internal import Foundation
internal import GRPCCore
internal import Host
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Volumes of the kernel's rbd whose client was fenced, or whose cluster is silent: where the kernel has rbd.
@Suite(.timeLimit(.minutes(5)), .enabled(if: KernelRBDMapper.isAvailable(), "this kernel has no rbd"))
struct KernelHealthTests {
    /// What sysfs says of the one device of a volume.
    private static func attribute(_ name: String, of volume: MadeVolume) throws -> String {
        let devices = FilePath("/sys/bus/rbd/devices")
        let own = HostFile.names(in: devices).filter {
            HostFile.line(devices.appending($0).appending("config_info"))?.contains("locker.\(volume.id)") == true
        }
        try #require(own.count == 1, "\(own)")
        return try #require(HostFile.line(devices.appending(own[0]).appending(name)))
    }

    /// Waits until statistics say something is wrong; every answer comes in time, or the test fails.
    private static func trouble(
        _ node: LockerProcess,
        _ volume: MadeVolume,
        saying words: String
    ) async throws -> VolumeCondition {
        let end = ContinuousClock.now + .seconds(120)
        while true {
            let answer = try await node.node.nodeGetVolumeStats(volume.statistics(), timeout: .seconds(20))
            let condition = try #require(answer.volumeCondition)
            if condition.abnormal, condition.message.contains(words) || ContinuousClock.now > end { return condition }
            try #require(ContinuousClock.now < end, "still well after 120 s")
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    @Test("A fenced client is told of, its device never used again, and the volume is well when it is staged anew")
    func fenced() async throws {
        try await NodeStory.with(.filesystem(), parameters: ["mounter": "rbd"]) { story in
            let (volume, cluster) = (story.volume, story.installation.cluster)
            let node = try await story.installation.node()
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            let client = try Self.attribute("client_addr", of: volume)
            let admin = try await cluster.connect(as: cluster.admin)
            try await admin.blocklist(client, for: .seconds(3600))
            await admin.close()
            let condition = try await Self.trouble(node, volume, saying: "blocklisted")
            #expect(condition.message.contains(client), "\(condition.message)")

            // Staged again without having been unstaged: the dead device is in a pod's hands.
            await expectRefusal(.failedPrecondition, naming: "published at") { try await node.stage(volume) }
            try await node.unpublish(volume)
            try await node.stage(volume)
            #expect(try Self.attribute("client_addr", of: volume) != client)
            try await node.publish(volume)
            try await story.use(node)
            #expect(try await node.statistics(volume).volumeCondition?.abnormal == false)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.finish(node)
        }
    }

    @Test("While the OSDs are silent statistics answer and say so; it goes on when they are back")
    func silent() async throws {
        try await HeldCluster.with(.filesystem(), parameters: ["mounter": "rbd"]) { held, story in
            let (volume, installation) = (story.volume, story.installation)
            let node = try await installation.node()
            try await node.stage(volume)
            try await node.publish(volume)
            let place = volume.target().appending("work")
            _ = try VolumeFile(writingTo: place)
            held.hold()
            async let written = installation.cluster.threads.run { try VolumeFile(writingTo: place) }
            let condition = try await Self.trouble(node, volume, saying: "waits for")
            #expect(condition.message.contains("waits for"), "\(condition.message)")
            held.release()
            #expect(try await written.isWhole(at: place))
            #expect(try await node.statistics(volume).volumeCondition?.abnormal == false)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("A raw device whose requests have failed says so until it is mapped anew")
    func failed() async throws {
        let parameters = ["mounter": "rbd", "ioTimeout": "3"]
        try await HeldCluster.with(.rawBlock(), parameters: parameters) { held, story in
            let (volume, installation) = (story.volume, story.installation)
            let node = try await installation.node()
            try await node.stage(volume)
            try await node.publish(volume)
            let place = volume.target()
            _ = try VolumeFile(writingTo: place)
            held.hold()
            await #expect(throws: Errno.self) {
                try await installation.cluster.threads.run { try VolumeFile(writingTo: place) }
            }
            held.release()
            _ = try await Self.trouble(node, volume, saying: "has failed requests")
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await node.stage(volume)
            try await node.publish(volume)
            _ = try VolumeFile(writingTo: place)
            #expect(try await node.statistics(volume).volumeCondition?.abnormal == false)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("The kernel gets the class' options, and those for the nearest replica")
    func options() async throws {
        let parameters = ["mounter": "rbd", "ioTimeout": "90", "mapOptions": "krbd:noudev,queue_depth=64"]
        try await NodeStory.with(.filesystem(), parameters: parameters) { story in
            let monitors = story.installation.cluster.monitors.map { "\"\($0)\"" }.joined(separator: ",")
            try story.installation.write(
                #"[{"clusterID":"lab","monitors":[\#(monitors)],"readAffinity":{"enabled":true,"#
                    + #""crushLocationLabels":["kubernetes.io/hostname","topology.kubernetes.io/rack"]}}]"#,
                to: "config.json"
            )
            let node = try await story.installation.node(
                options: ["--crush-location", "host=n1.example.org,rack=r7,region=east"]
            )
            try await node.stage(story.volume)
            let options = try Self.attribute("config_info", of: story.volume)
            for option in [
                "osd_request_timeout=90", "queue_depth=64", "ms_mode=prefer-crc", "noshare",
                "read_from_replica=localize", "crush_location=host:n1-example-org|rack:r7",
            ] {
                #expect(options.contains(option), "\(option) is not in \(options)")
            }
            try await node.publish(story.volume)
            try await story.use(node)
            try await node.unpublish(story.volume)
            try await node.unstage(story.volume)
            try await story.finish(node)
        }
    }
}
