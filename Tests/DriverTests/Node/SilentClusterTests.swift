// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A node whose cluster does not answer while a pod writes.
@Suite(.timeLimit(.minutes(10)))
struct SilentClusterTests {
    @Test("NodeGetVolumeStats answers while the cluster is silent and says so, and is well when it is back")
    func statistics() async throws {
        try await HeldCluster.with(.filesystem()) { held, story in
            let (volume, installation) = (story.volume, story.installation)
            let node = try await installation.node()
            try await node.stage(volume)
            try await node.publish(volume)
            let place = volume.target().appending("work")
            _ = try VolumeFile(writingTo: place)
            held.hold()
            // A pod that waits, as for a disk: on a thread of its own.
            async let written = installation.cluster.threads.run { try VolumeFile(writingTo: place) }
            let patience = Duration.seconds(20)
            func condition() async throws -> VolumeCondition {
                let answer = try await node.node.nodeGetVolumeStats(volume.statistics(), timeout: patience)
                return try #require(answer.volumeCondition)
            }
            // Every one of these is answered within its deadline, or the test fails.
            while true {
                let condition = try await condition()
                guard condition.abnormal else {
                    try await Task.sleep(for: .milliseconds(100))
                    continue
                }
                #expect(condition.message.contains("waits"), "\(condition.message)")
                break
            }
            held.release()
            #expect(try await written.isWhole(at: place))
            #expect(try await !condition().abnormal)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }
}
