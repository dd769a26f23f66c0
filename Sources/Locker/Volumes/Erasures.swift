// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
package import Logging
internal import RBD
package import Rados
internal import SystemPackage

/// Deleted volumes whose data still has to go.
///
/// What is to be erased is recorded under `e/`, so that a process that dies leaves nothing behind that the next one does
/// not find: at its start with the instance's identity, else when it first meets the pool and namespace. A few erasures
/// run at once; one that cannot go on (a client still has the image open, the cluster does not answer) is tried again.
/// One whose image has clones waits for them: it is looked at when one of them is gone, and rarely otherwise. An image is
/// erased by one controller at a time, which its record tells: a second one's late requests could make the image's
/// header anew.
package actor Erasures {
    /// One image to erase.
    package struct Job: Sendable, Hashable {
        let target: ClusterTarget
        let pool: String
        let namespace: String
        let key: RecordKey
        let imageID: String
    }

    nonisolated let layouts: LayoutCache
    nonisolated let clusters: ClusterPool
    nonisolated let logger: Logger
    nonisolated let hook: StepHook
    nonisolated let ownership: StepOwnership
    private let width: Int

    private var waiting: [Job] = []
    private var known: Set<Job> = []
    private var running: [Job: Task<Void, Never>] = [:]
    private var retries: [Job: Task<Void, Never>] = [:]
    /// Those of ``retries`` that wait for clones.
    private var parents: Set<Job> = []
    /// Counts what may have freed a parent.
    private var departures = 0
    private var isClosed = false
    /// Images that had snapshots without clones in their trash when they were looked at last.
    private var suspects: Set<Job> = []

    /// Nothing to erase yet.
    ///
    /// - Parameters:
    ///   - identity: who this controller is.
    ///   - clock: the time of day for records.
    ///   - width: how many images are erased at once.
    package init(
        clusters: ClusterPool,
        layouts: LayoutCache,
        identity: ControllerIdentity,
        logger: Logger,
        clock: WallClock = .system,
        hook: StepHook = .none,
        width: Int = 4
    ) {
        self.clusters = clusters
        self.layouts = layouts
        self.logger = logger
        self.hook = hook
        self.ownership = StepOwnership(identity: identity, clock: clock)
        self.width = width
    }

    /// How many volumes' data is still to go.
    package var pending: Int { self.known.count }

    /// Takes an image on; one that is taken on already is not taken twice.
    package func add(_ job: Job) {
        guard !self.isClosed, self.known.insert(job).inserted else { return }
        self.waiting.append(job)
        self.startNext()
    }

    /// Takes on what former processes left in a pool and namespace.
    package func sweep(pool: String, namespace: String, target: ClusterTarget) async {
        do {
            let lease = try await self.clusters.cluster(for: target)
            let io = try await lease.cluster.ioContext(pool: pool, namespace: namespace)
            guard let store = try await RecordStore.open(io, layouts: self.layouts, creating: false) else { return }
            try await store.forEach(of: VolumeRecord.self, prefix: "e/") { _, stored in
                guard let key = RecordKey(hex: stored.value.imageName.dropFirst("locker-".count)) else { return }
                self.add(
                    Job(target: target, pool: pool, namespace: namespace, key: key, imageID: stored.value.imageID)
                )
            }
        } catch {
            self.logger.warning(
                "Erasures of former processes could not be looked for",
                metadata: ["rbd.pool": "\(pool)", "rbd.namespace": "\(namespace)", "error": "\(error)"]
            )
        }
    }

    private func startNext() {
        while self.running.count < self.width, !self.waiting.isEmpty, !self.isClosed {
            let job = self.waiting.removeFirst()
            self.running[job] = Task { await self.work(job) }
        }
    }

    /// How many of those wait until their images' clones are gone or flattened.
    package var waitingForClones: Int { self.parents.count }

    /// Looks again at the images that wait for their clones: one of those may be gone, or independent.
    package func lookAgain() {
        self.departures += 1
        guard !self.isClosed else { return }
        for job in self.parents {
            self.retries.removeValue(forKey: job)?.cancel()
            self.waiting.append(job)
        }
        self.parents = []
        self.startNext()
    }

    private func work(_ job: Job) async {
        let departures = self.departures
        do {
            try await self.erase(job)
            self.known.remove(job)
            self.suspects.remove(job)
            self.lookAgain()
        } catch let error as CephError where error.code == .directoryNotEmpty {
            self.waitForClones(job, seen: departures)
        } catch {
            let metadata: Logger.Metadata = [
                "rbd.pool": "\(job.pool)", "rbd.image.id": "\(job.imageID)", "error": "\(error)",
            ]
            // Somebody else is at the image: nothing is wrong.
            let level: Logger.Level = (error as? LockerError)?.code == .aborted ? .info : .warning
            self.logger.log(level: level, "Erasure did not finish and is tried again", metadata: metadata)
            self.retryLater(job)
        }
        self.running[job] = nil
        self.startNext()
    }

    /// - Parameter seen: ``departures`` before the image was looked at.
    private func waitForClones(_ job: Job, seen: Int) {
        guard !self.isClosed else { return }
        guard seen == self.departures else {
            self.waiting.append(job)
            return
        }
        self.logger.info(
            "Volume's data goes once its last clone is gone",
            metadata: ["rbd.pool": "\(job.pool)", "rbd.image.id": "\(job.imageID)"]
        )
        self.parents.insert(job)
        // Clones that other processes remove or flatten are noticed by looking now and then.
        self.retry(job, after: .seconds(600))
    }

    /// Whether an image was suspected before; from now on it is, or is not.
    func suspect(_ job: Job, _ isSuspect: Bool) -> Bool {
        isSuspect ? !self.suspects.insert(job).inserted : self.suspects.remove(job) != nil
    }

    private func retryLater(_ job: Job) {
        guard !self.isClosed else { return }
        // A client that died without closing is let go by the OSDs after 30 s.
        self.retry(job, after: .seconds(10))
    }

    private func retry(_ job: Job, after delay: Duration) {
        self.retries[job] = Task {
            do {
                try await Task.sleep(for: delay)
            } catch {
                return
            }
            guard !Task.isCancelled, !self.isClosed else { return }
            self.retries[job] = nil
            self.parents.remove(job)
            self.waiting.append(job)
            self.startNext()
        }
    }

    /// Ends the erasures that run, and leaves the others to the next process.
    package func close() async {
        self.isClosed = true
        for task in self.retries.values { task.cancel() }
        for task in self.running.values { await task.value }
    }
}
