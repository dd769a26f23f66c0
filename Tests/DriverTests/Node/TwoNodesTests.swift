// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import SystemPackage
internal import Testing

/// One volume and two nodes, each with a data process and a state directory of its own.
@Suite(.timeLimit(.minutes(10)))
struct TwoNodesTests {
    @Test("The second node is refused, naming the first, until that has unstaged; then it reads the data")
    func handOver() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let volume = story.volume
            let first = try await story.installation.node()
            let secondData = try await story.installation.data(of: "n2")
            let second = try await story.installation.node("n2")
            try await first.stage(volume)
            try await first.publish(volume)
            try await story.use(first)
            await expectRefusal(.failedPrecondition, naming: "n1") { try await second.stage(volume, on: "n2") }
            let left = try await Leftovers.onNode("n2", of: volume, data: secondData, installation: story.installation)
            // Both nodes are on one machine, so the key in its keyring is the first one's.
            #expect(left == ["key of \(volume.id)"])
            // The first node's volume has not suffered from it.
            try await story.use(first)
            try await first.unpublish(volume)
            await expectRefusal(.failedPrecondition, naming: "n1") { try await second.stage(volume, on: "n2") }
            try await first.unstage(volume)

            try await second.stage(volume, on: "n2")
            try await second.publish(volume, on: "n2")
            try story.expectWork(at: volume.target(on: "n2"))
            await expectRefusal(.failedPrecondition, naming: "n2") { try await first.stage(volume) }
            try await second.unpublish(volume, on: "n2")
            try await second.unstage(volume, on: "n2")
            try await story.finish(first)
        }
    }

    @Test("Of two nodes that stage at once one gets the volume", arguments: 0..<3)
    func race(round: Int) async throws {
        try await NodeStory.with(.filesystem()) { story in
            let volume = story.volume
            _ = try await story.installation.data(of: "n2")
            let nodes = [
                ("n1", try await story.installation.node()), ("n2", try await story.installation.node("n2")),
            ]
            let winners = try await withThrowingTaskGroup(of: String?.self) { group in
                for (name, node) in nodes {
                    group.addTask {
                        do {
                            try await node.stage(volume, on: name)
                            return name
                        } catch let error as RPCError {
                            #expect(error.code == .failedPrecondition, "\(error)")
                            return nil
                        }
                    }
                }
                return try await group.reduce(into: [String]()) { if let name = $1 { $0.append(name) } }
            }
            #expect(winners.count == 1)
            for (name, node) in nodes where winners.contains(name) { try await node.unstage(volume, on: name) }
            try await story.finish(nodes[0].1)
        }
    }
}
