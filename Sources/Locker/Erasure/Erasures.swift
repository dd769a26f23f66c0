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
/// not find: at its start with the instance's identity, else when it first meets the pool and namespace. A few images
/// are removed at once; one that cannot go on (a client still has the image open, the cluster does not answer) is tried
/// again. One whose image has clones waits for them: it is looked at when one of them is gone, and rarely otherwise. An
/// image is removed by one controller at a time, which its record tells: a second one's late requests could make the
/// image's header anew. What is removed is then looked for, with those that were removed meanwhile, and a receipt takes
/// the record's place only when nothing is found. docs/erasure.md tells it from the outside.
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
    nonisolated let author: ReceiptAuthor
    nonisolated let search = DataSearch()
    private let width: Int

    /// How many are looked for at once, beside those that are being removed: each is a few requests and little memory.
    private static let verifyingWidth = 256
    /// How often one that waits for clones is asked for its record, which may say that somebody wants it to be tried.
    private static let glance = Duration.seconds(60)
    /// After so many glances it is tried unasked.
    private static let glances = 10

    private var waiting: [Job] = []
    /// When they were deleted, in milliseconds since 1970.
    private var known: [Job: Int64] = [:]
    private var running: [Job: Task<Void, Never>] = [:]
    /// Those of ``running`` that have not removed their image yet.
    private var removing: Set<Job> = []
    private var retries: [Job: Task<Void, Never>] = [:]
    /// Those of ``retries`` that wait for clones.
    private var parents: Set<Job> = []
    /// Counts what may have freed a parent.
    private var departures = 0
    private(set) var isClosed = false
    /// Images that had snapshots without clones in their trash when they were looked at last.
    private var suspects: Set<Job> = []
    private var erased: UInt64 = 0
    private var failures: UInt64 = 0

    /// Nothing to erase yet.
    ///
    /// - Parameters:
    ///   - identity: who this controller is.
    ///   - keys: what signs receipts; without, nobody does.
    ///   - version: the program's, for receipts.
    ///   - clock: the time of day for records.
    ///   - width: how many images are removed at once.
    package init(
        clusters: ClusterPool,
        layouts: LayoutCache,
        identity: ControllerIdentity,
        keys: InstanceKeys? = nil,
        version: String = "",
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
        self.author = ReceiptAuthor(identity: identity, version: version, keys: keys)
        self.width = width
    }

    /// How many volumes' data is still to go.
    package var pending: Int { self.known.count }

    /// What there is to measure.
    package var counts: ErasureCounts {
        let oldest = self.known.values.min().map { self.ownership.clock.milliseconds - $0 } ?? 0
        return ErasureCounts(
            pending: self.known.count,
            oldest: .milliseconds(max(0, oldest)),
            erased: self.erased,
            failures: self.failures
        )
    }

    /// Takes an image on; one that is taken on already is not taken twice.
    ///
    /// - Parameter deletedAt: when its volume was deleted, in milliseconds since 1970.
    package func add(_ job: Job, deletedAt: Int64) {
        guard !self.isClosed, self.known.updateValue(deletedAt, forKey: job) == nil else { return }
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
                guard let key = RecordKey(imageName: stored.value.imageName) else { return }
                self.add(
                    Job(target: target, pool: pool, namespace: namespace, key: key, imageID: stored.value.imageID),
                    deletedAt: stored.value.deletingAt
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
        while self.removing.count < self.width, self.running.count < self.width + Self.verifyingWidth,
            !self.waiting.isEmpty, !self.isClosed
        {
            let job = self.waiting.removeFirst()
            self.removing.insert(job)
            self.running[job] = Task { await self.work(job) }
        }
    }

    /// Lets the next image be removed while this one is looked for.
    func endRemoval(_ job: Job) {
        self.removing.remove(job)
        // A clone that is gone frees its parent, whatever is still to be looked for.
        self.lookAgain()
    }

    /// How many of those wait until their images' clones are gone or flattened.
    package var waitingForClones: Int { self.parents.count }

    /// Looks again at the images that wait for their clones: one of those may be gone, or independent.
    package func lookAgain() {
        self.departures += 1
        guard !self.isClosed else { return }
        for job in self.parents { self.tryNow(job) }
        self.startNext()
    }

    private func tryNow(_ job: Job) {
        self.retries.removeValue(forKey: job)?.cancel()
        self.parents.remove(job)
        self.waiting.append(job)
    }

    private func work(_ job: Job) async {
        let departures = self.departures
        do {
            if try await self.erase(job) { self.erased += 1 }
            self.known[job] = nil
            self.suspects.remove(job)
        } catch let error as CephError where error.code == .directoryNotEmpty {
            self.waitForClones(job, seen: departures)
        } catch let wait as ErasureWait {
            self.logger.info(
                "Erasure waits",
                metadata: ["rbd.pool": "\(job.pool)", "rbd.image.id": "\(job.imageID)", "for": "\(wait)"]
            )
            self.retryLater(job)
        } catch {
            let metadata: Logger.Metadata = [
                "rbd.pool": "\(job.pool)", "rbd.image.id": "\(job.imageID)", "error": "\(error)",
            ]
            // Somebody else is at the image: nothing is wrong.
            let isAborted = (error as? LockerError)?.code == .aborted
            if !isAborted { self.failures += 1 }
            self.logger.log(
                level: isAborted ? .info : .warning,
                "Erasure did not finish and is tried again",
                metadata: metadata
            )
            self.retryLater(job)
        }
        self.removing.remove(job)
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
        let asked = self.ownership.clock.milliseconds
        self.retries[job] = Task {
            for _ in 0..<Self.glances {
                guard (try? await Task.sleep(for: Self.glance)) != nil else { return }
                if await self.isWanted(job, since: asked) { break }
            }
            self.retryNow(job)
        }
    }

    /// Whether an image was suspected before; from now on it is, or is not.
    func suspect(_ job: Job, _ isSuspect: Bool) -> Bool {
        isSuspect ? !self.suspects.insert(job).inserted : self.suspects.remove(job) != nil
    }

    private func retryLater(_ job: Job) {
        guard !self.isClosed else { return }
        self.retries[job] = Task {
            // A client that died without closing is let go by the OSDs after 30 s.
            guard (try? await Task.sleep(for: .seconds(10))) != nil else { return }
            self.retryNow(job)
        }
    }

    /// Ends the wait of the task that calls it.
    private func retryNow(_ job: Job) {
        guard !Task.isCancelled, !self.isClosed else { return }
        self.tryNow(job)
        self.startNext()
    }

    /// Ends the erasures that run, and leaves the others to the next process.
    package func close() async {
        self.isClosed = true
        for task in self.retries.values { task.cancel() }
        for task in self.running.values { await task.value }
    }
}
