// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Synchronization
internal import SystemPackage

/// Connections by target and purpose, shared by those who ask for the same and closed when nobody has for a while.
///
/// The key of a user is part of the target, so a wrong key never gets a connection that the right one made. First
/// users who come at the same time share one attempt and its outcome: were each to repeat a failed one, a cluster that
/// does not answer would keep the last of them waiting for as many timeouts as there are callers. Nobody waits under the
/// lock.
package final class ClusterPool: Sendable {
    /// Who may share a connection.
    struct Key: Hashable {
        let target: ClusterTarget
        let purpose: Purpose
    }

    /// A connection and who uses it.
    struct Entry {
        let cluster: Cluster
        var users = 0
        var idleSince = ContinuousClock.now
    }

    /// What is known of one target and purpose.
    enum Slot {
        case connecting([CheckedContinuation<(any Error)?, Never>])
        case connected(Entry)
    }

    /// What there is.
    struct State {
        var slots: [Key: Slot] = [:]
        var isClosed = false

        /// Counts one more user, if there is a connection.
        mutating func lease(_ key: Key) -> Cluster? {
            guard case .connected(var entry) = self.slots[key] else { return nil }
            entry.users += 1
            self.slots[key] = .connected(entry)
            return entry.cluster
        }
    }

    private enum Step {
        case use(Cluster)
        case connect
        case wait
        case refuse
    }

    private let threads: BlockingPool
    private let timeouts: CephTimeouts
    private let options: [String: String]
    let idleTime: Duration
    let state = Mutex(State())

    /// An empty pool.
    ///
    /// - Parameters:
    ///   - threads: where blocking calls run.
    ///   - timeouts: for every connection made.
    ///   - options: of Ceph's configuration, for every connection made.
    ///   - idleTime: after how long without a user ``closeIdle()`` closes a connection.
    package init(
        threads: BlockingPool,
        timeouts: CephTimeouts = .management,
        options: [String: String] = [:],
        idleTime: Duration = .seconds(300)
    ) {
        self.threads = threads
        self.timeouts = timeouts
        self.options = options
        self.idleTime = idleTime
    }

    /// A connection, made if there is none yet; it is in use as long as the lease lives.
    ///
    /// - Throws: what ``Cluster/connect(to:timeouts:options:pool:)`` throws; `ECANCELED` after ``close()``.
    package func cluster(for target: ClusterTarget, purpose: Purpose = .management) async throws -> ClusterLease {
        let key = Key(target: target, purpose: purpose)
        while true {
            switch self.next(for: key) {
            case .use(let cluster):
                return ClusterLease(cluster: cluster, key: key, pool: self)
            case .connect:
                return try await self.connect(key)
            case .wait:
                if let error = await self.attempt(of: key) { throw error }
            case .refuse:
                throw CephError(call: "rados_connect", code: .canceled, object: "\(target.label): shutting down")
            }
        }
    }

    private func next(for key: Key) -> Step {
        self.state.withLock { state in
            guard !state.isClosed else { return .refuse }
            if let cluster = state.lease(key) { return .use(cluster) }
            guard state.slots[key] == nil else { return .wait }
            state.slots[key] = .connecting([])
            return .connect
        }
    }

    /// Waits until the attempt that is going on has ended, and gives its error if it failed.
    private func attempt(of key: Key) async -> (any Error)? {
        await withCheckedContinuation { continuation in
            let isOver = self.state.withLock { state -> Bool in
                guard case .connecting(let waiting) = state.slots[key] else { return true }
                state.slots[key] = .connecting(waiting + [continuation])
                return false
            }
            if isOver { continuation.resume(returning: nil) }
        }
    }

    private func connect(_ key: Key) async throws -> ClusterLease {
        let result: Result<Cluster, any Error>
        do {
            result = .success(
                try await Cluster.connect(
                    to: key.target,
                    timeouts: self.timeouts,
                    options: self.options,
                    pool: self.threads
                )
            )
        } catch {
            result = .failure(error)
        }
        let waiting = self.state.withLock { state -> [CheckedContinuation<(any Error)?, Never>] in
            guard case .connecting(let waiting) = state.slots.removeValue(forKey: key) else { return [] }
            if case .success(let cluster) = result, !state.isClosed {
                state.slots[key] = .connected(Entry(cluster: cluster, users: 1))
            }
            return waiting
        }
        switch result {
        case .success(let cluster):
            for continuation in waiting { continuation.resume(returning: nil) }
            return ClusterLease(cluster: cluster, key: key, pool: self)
        case .failure(let error):
            for continuation in waiting { continuation.resume(returning: error) }
            throw error
        }
    }

    /// Counts one user less.
    func giveBack(_ cluster: Cluster, key: Key) {
        self.state.withLock { state in
            guard case .connected(var entry) = state.slots[key], entry.cluster === cluster else { return }
            entry.users -= 1
            entry.idleSince = .now
            state.slots[key] = .connected(entry)
        }
    }

    /// Gives `cluster` to nobody any more; who has it keeps it.
    ///
    /// For one that was blocklisted (`ESHUTDOWN`).
    package func discard(_ cluster: Cluster) {
        let dropped = self.state.withLock { state in
            let keys = state.slots.filter { _, slot in
                guard case .connected(let entry) = slot else { return false }
                return entry.cluster === cluster
            }.keys
            return keys.map { state.slots.removeValue(forKey: $0) }
        }
        // Let go of outside the lock, since a last reference ends the connection.
        withExtendedLifetime(dropped) {}
    }

    /// How many connections are open.
    package var count: Int {
        self.state.withLock { state in
            state.slots.values.count {
                if case .connected = $0 { true } else { false }
            }
        }
    }

    /// Takes out the connections that `isWanted` picks, to be closed outside the lock.
    func take(_ isWanted: (Entry) -> Bool) -> [Cluster] {
        self.state.withLock { state in
            var taken: [Cluster] = []
            for (key, slot) in state.slots {
                guard case .connected(let entry) = slot, isWanted(entry) else { continue }
                state.slots[key] = nil
                taken.append(entry.cluster)
            }
            return taken
        }
    }
}
