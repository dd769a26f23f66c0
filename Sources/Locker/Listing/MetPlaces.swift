// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import Synchronization

/// The pools and RADOS namespaces that calls have led to, with the user who was let in last.
///
/// Lists bring no secrets. Where Locker has no identity of its own, they show what this process has met, and no more.
final class MetPlaces: Sendable {
    /// Where a handle leads.
    struct Place: Sendable, Hashable {
        let clusterDigest: [UInt8]
        let poolID: Int64
        let namespace: String
    }

    private let known = Mutex<[Place: ClusterTarget]>([:])

    /// Nothing met yet.
    init() {}

    /// Notes a place.
    func add(_ place: Place, target: ClusterTarget) {
        self.known.withLock { $0[place] = target }
    }

    /// Forgets the places of a user whom the cluster does not let in any more.
    func forget(_ target: ClusterTarget) {
        self.known.withLock { $0 = $0.filter { $0.value != target } }
    }

    /// Everything met.
    var all: [Place: ClusterTarget] { self.known.withLock { $0 } }
}
