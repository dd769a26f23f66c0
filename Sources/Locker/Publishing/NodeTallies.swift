// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Synchronization

/// How many volumes nodes had when they were last counted: every record of a pool has to be read for that, which is not
/// to be done for each publication while a node is far from what it takes.
///
/// Safe to use from any task. What other controllers publish meanwhile is met by the next count.
final class NodeTallies: Sendable {
    private struct Node: Hashable {
        let id: String
        let poolID: Int64
    }

    private struct Tally {
        var count: Int64
        let counted: ContinuousClock.Instant
    }

    private let tallies = Mutex<[Node: Tally]>([:])

    /// How long a count is good for.
    private static let patience: Duration = .seconds(60)

    /// Whether a node was counted a short while ago, and was eight volumes and a quarter of what it takes away from that.
    func hasRoom(on nodeID: String, limit: Int64, poolID: Int64) -> Bool {
        guard let tally = self.tallies.withLock({ $0[Node(id: nodeID, poolID: poolID)] }) else { return false }
        return tally.counted.duration(to: .now) < Self.patience && tally.count + max(8, limit / 4) < limit
    }

    /// Notes a count.
    func note(_ count: Int64, of nodeID: String, poolID: Int64) {
        self.tallies.withLock { $0[Node(id: nodeID, poolID: poolID)] = Tally(count: count, counted: .now) }
    }

    /// Notes one more, if the node was counted.
    func add(to nodeID: String, poolID: Int64) {
        self.tallies.withLock { $0[Node(id: nodeID, poolID: poolID)]?.count += 1 }
    }
}
