// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
package import Logging
internal import RBD
package import Rados
internal import Synchronization
internal import SystemPackage

/// A course's volumes: made, grown and removed, each step recorded before the next.
///
/// Shared by all requests. What it needs of a request is checked before it comes here; one operation per volume at a
/// time is its caller's care (``OperationRegistry``), and what other processes do is met by comparing records.
package final class Volumes: Sendable {
    /// The connections, by cluster and user.
    let clusters: ClusterPool
    let keys: InstanceKeys
    let identity: ControllerIdentity
    let clock: WallClock
    let hook: StepHook
    let layouts: LayoutCache
    let namespaces: NamespaceIndex
    let met = MetPlaces()
    let tallies = NodeTallies()
    let erasures: Erasures
    let flattenings: Flattenings
    let snapshots = SourceSnapshots()
    let logger: Logger

    private struct LedgerKey: Hashable {
        let cluster: ObjectIdentifier
        let poolID: Int64
        let namespace: String
        let course: String
    }

    /// Weak: a ledger holds its connection, which must be able to close when it is idle or fenced.
    private struct WeakLedger {
        weak var ledger: Ledger?
    }

    private struct Tasks {
        var last = 0
        var running: [Int: Task<Void, Never>] = [:]
    }

    private let ledgers = Mutex<[LedgerKey: WeakLedger]>([:])
    private let tasks = Mutex(Tasks())

    /// The volumes of an installation.
    ///
    /// - Parameters:
    ///   - clusters: connections with deadlines.
    ///   - keys: what signs handles.
    ///   - identity: who this controller is.
    ///   - erasures: what removes deleted volumes' data.
    ///   - clock: the time of day for records.
    ///   - hook: told of each step.
    package init(
        clusters: ClusterPool,
        keys: InstanceKeys,
        identity: ControllerIdentity,
        erasures: Erasures,
        logger: Logger,
        clock: WallClock = .system,
        hook: StepHook = .none
    ) {
        self.clusters = clusters
        self.keys = keys
        self.identity = identity
        self.erasures = erasures
        self.flattenings = Flattenings(clusters: clusters, erasures: erasures, logger: logger, hook: hook)
        self.logger = logger
        self.clock = clock
        self.hook = hook
        self.layouts = erasures.layouts
        self.namespaces = NamespaceIndex()
    }

    var ownership: StepOwnership { StepOwnership(identity: self.identity, clock: self.clock) }

    /// Where the record of a request's name is.
    package func recordKey(named name: String) -> RecordKey {
        RecordKey(instance: self.identity.instance, name: name)
    }

    /// Runs an operation on a connection for changes, and drops the connection when it turns out to be fenced.
    func mutating<T>(
        _ target: ClusterTarget,
        could action: String,
        _ body: (Cluster) async throws -> T
    ) async throws -> T {
        let lease = try await explaining("connect to the cluster as client.\(target.user)") {
            try await self.clusters.cluster(for: target, purpose: .mutation)
        }
        do {
            return try await body(lease.cluster)
        } catch let error as CephError {
            if error.code == .socketShutdown { lease.discard() }
            throw LockerError(error, could: action)
        } catch let error as LockerError {
            if let cause = error.cause as? CephError, cause.code == .socketShutdown { lease.discard() }
            throw error
        }
    }

    /// A pool by its name, with a message for the one that does not exist.
    func context(_ cluster: Cluster, pool: String, namespace: String) async throws -> IOContext {
        try await self.context(cluster, pool: pool, rule: .named(namespace))
    }

    /// The same in the namespace that a rule leads to.
    func context(_ cluster: Cluster, pool: String, rule: NamespaceRule) async throws -> IOContext {
        do {
            let namespace = try await self.namespace(by: rule, inPool: pool, on: cluster)
            return try await cluster.ioContext(pool: pool, namespace: namespace)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            throw LockerError(.invalidArgument, "pool \"\(pool)\" does not exist in this cluster", cause: error)
        }
    }

    /// The ledger of a course; one object for all who change it through this process at the same time.
    func ledger(course: String, io: IOContext) -> Ledger {
        let key = LedgerKey(
            cluster: ObjectIdentifier(io.cluster),
            poolID: io.poolID,
            namespace: io.namespace,
            course: course
        )
        return self.ledgers.withLock { ledgers in
            if let ledger = ledgers[key]?.ledger { return ledger }
            let ledger = Ledger(course: course, io: io, clock: self.clock)
            ledgers = ledgers.filter { $0.value.ledger != nil }
            ledgers[key] = WeakLedger(ledger: ledger)
            return ledger
        }
    }

    /// Does something after the answer that nobody waits for; ``finishAfterwards()`` does at the end.
    func afterwards(_ body: @escaping @Sendable () async -> Void) {
        self.tasks.withLock { tasks in
            tasks.last += 1
            let number = tasks.last
            tasks.running[number] = Task {
                await body()
                _ = self.tasks.withLock { $0.running.removeValue(forKey: number) }
            }
        }
    }

    /// Waits for what goes on after answers, and stops what the next process goes on with.
    package func finishAfterwards() async {
        await self.flattenings.close()
        for task in self.tasks.withLock({ Array($0.running.values) }) { await task.value }
    }
}
