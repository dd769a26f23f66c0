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

    /// What is wrong with a client of a cluster, in words; `nil` if nothing is known to be.
    ///
    /// - Parameter clientAddress: `ip:0/nonce`; empty for none.
    func trouble(of clientAddress: String, on clusterID: String) -> String? {
        switch self.states.withLock({ $0[clusterID] }) {
        case nil: nil
        case .silent(let why): "its cluster \(clusterID) does not answer, and I/O waits until it does: \(why)"
        case .answers(let blocklist):
            blocklist.refuses(clientAddress)
                ? "its client \(clientAddress) was fenced (blocklisted): nothing is written any more; the pod has to be"
                    + " deleted, so that the volume is staged anew"
                : nil
        }
    }
}
