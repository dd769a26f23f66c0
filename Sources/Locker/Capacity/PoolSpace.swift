// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import SystemPackage

/// What the pools of one cluster have left, as its monitors know at one moment.
struct PoolSpace: Sendable {
    private let states: [String: PoolState]
    private let usages: [String: PoolUsage]

    /// Asks the monitors.
    ///
    /// - Throws: ``LockerError`` with `unavailable` while the cluster has no numbers; `CephError`.
    init(of cluster: Cluster) async throws {
        let states = try await cluster.poolStates()
        self.states = Dictionary(states.map { ($0.name, $0) }) { first, _ in first }
        do {
            self.usages = try await cluster.poolUsages()
        } catch let error as CephError where error.code == .resourceTemporarilyUnavailable {
            throw Self.unknown("any pool", cause: error)
        }
    }

    /// The pools whose application is RBD and which can hold images' headers.
    var pools: [String] {
        self.states.values.filter { $0.applications.contains("rbd") && !$0.isErasureCoded }.map(\.name).sorted()
    }

    /// The bytes that can be written to volumes of `pool` with their data in `dataPool`.
    ///
    /// None where either is nearly full: volumes that exist need what is left, and beyond `full` they stop.
    ///
    /// - Throws: ``LockerError`` with `invalidArgument` for a pool that does not exist, `unavailable` for one without
    ///   numbers.
    func left(in pool: String, dataPool: String?) throws(LockerError) -> UInt64 {
        let data = try self.left(in: dataPool ?? pool)
        guard dataPool != nil else { return data }
        // A header takes next to nothing, but it has to be possible.
        return try self.left(in: pool) == 0 ? 0 : data
    }

    private func left(in pool: String) throws(LockerError) -> UInt64 {
        guard let state = self.states[pool] else {
            throw LockerError(.invalidArgument, "pool \"\(pool)\" does not exist in this cluster")
        }
        guard !state.isNearFull else { return 0 }
        guard let usage = self.usages[pool] else { throw Self.unknown("pool \"\(pool)\"") }
        if state.quotaObjects > 0, usage.objects >= state.quotaObjects { return 0 }
        guard state.quotaBytes > 0 else { return usage.available }
        return usage.stored < state.quotaBytes ? min(usage.available, state.quotaBytes - usage.stored) : 0
    }

    private static func unknown(_ what: String, cause: CephError? = nil) -> LockerError {
        LockerError(
            .unavailable,
            "the free space of \(what) is not known: the monitors have no usage numbers of it (yet). See that a ceph-mgr"
                + " runs (ceph mgr stat); the next try finds them",
            cause: cause
        )
    }
}
