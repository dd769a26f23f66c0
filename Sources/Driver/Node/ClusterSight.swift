// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import Synchronization

/// What the clusters of a node's volumes said when they were asked last, so that statistics need not wait for an answer.
final class ClusterSight: Sendable {
    /// What a look came to.
    enum State: Sendable {
        case answers(Blocklist)
        /// Why there was no answer.
        case silent(String)
    }

    private let states = Mutex<[String: State]>([:])

    /// Notes what the clusters said, by clusterID; those that are not mentioned have no volumes here any more.
    func note(_ states: [String: State]) {
        self.states.withLock { $0 = states }
    }

    /// That a cluster has fenced a client, in words; `nil` if nothing is known of it.
    ///
    /// - Parameter clientAddress: `ip:0/nonce`; empty for none.
    func fence(of clientAddress: String, on clusterID: String) -> String? {
        guard case .answers(let blocklist) = self.states.withLock({ $0[clusterID] }), blocklist.refuses(clientAddress)
        else { return nil }
        return
            "its client \(clientAddress) was fenced (blocklisted): nothing is written any more; the pod has to be deleted,"
            + " so that the volume is staged anew"
    }

    /// That a cluster did not answer, in words; `nil` if it did.
    func silence(of clusterID: String) -> String? {
        guard case .silent(let why) = self.states.withLock({ $0[clusterID] }) else { return nil }
        return "its cluster \(clusterID) does not answer, and I/O waits until it does: \(why)"
    }
}
