// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Testing

/// That the look for leftovers sees what it looks for: otherwise finding nothing would mean nothing.
@Suite(.timeLimit(.minutes(5)))
struct LeftoversTests {
    @Test("A volume that lives is seen in the cluster, in the ledger, and on its node")
    func sees() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let node = try await story.installation.node()
            try await node.stage(story.volume)
            try await node.publish(story.volume)
            let inCluster = try await Leftovers.inCluster(story.installation.context)
            for kind in ["image ", "locker.shard.", "locker.ledger.", " v/", " s/student-1", "object rbd_header."] {
                #expect(inCluster.contains { $0.contains(kind) }, "\(kind)")
            }
            let onNode = try await Leftovers.onNode(
                of: story.volume,
                data: story.data,
                installation: story.installation
            )
            for kind in ["mount ", "record ", "data record ", "key of ", "device ", "loop device "] {
                #expect(onNode.contains { $0.hasPrefix(kind) }, "\(kind)")
            }
            try await node.unpublish(story.volume)
            try await node.unstage(story.volume)
            try await story.finish(node)
        }
    }
}
