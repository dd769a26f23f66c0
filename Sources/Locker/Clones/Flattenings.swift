// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage

/// Clones that become independent of their parents after they were handed out.
///
/// Which ones is in their records, so that a process that dies leaves nothing behind that the next one does not find. A
/// few are copied at once; a volume that is deleted meanwhile is let go at once.
actor Flattenings {
    /// One clone to flatten.
    struct Job: Sendable, Hashable {
        let target: ClusterTarget
        let pool: String
        let namespace: String
        let key: RecordKey
        let imageID: String
    }

    private struct Running {
        let task: Task<Void, Never>
        let stop: StopFlag
    }

    private let clusters: ClusterPool
    private let erasures: Erasures
    private let logger: Logger
    private let hook: StepHook

    private var waiting: [Job] = []
    private var known: Set<Job> = []
    private var running: [Job: Running] = [:]
    private var retries: [Job: Task<Void, Never>] = [:]
    private var isClosed = false

    /// How many are copied at once: each reads and writes as fast as the cluster lets it, beside the volumes in use.
    private static let width = 2

    /// Nothing to flatten yet.
    init(clusters: ClusterPool, erasures: Erasures, logger: Logger, hook: StepHook) {
        self.clusters = clusters
        self.erasures = erasures
        self.logger = logger
        self.hook = hook
    }

    /// How many clones are still to be flattened.
    var pending: Int { self.known.count }

    /// Takes a clone on; one that is taken on already is not taken twice.
    func add(_ job: Job) {
        guard !self.isClosed, self.known.insert(job).inserted else { return }
        self.waiting.append(job)
        self.startNext()
    }

    /// Takes on what former processes left in a pool and namespace.
    func sweep(pool: String, namespace: String, target: ClusterTarget) async {
        do {
            let lease = try await self.clusters.cluster(for: target)
            let io = try await lease.cluster.ioContext(pool: pool, namespace: namespace)
            guard let store = try await RecordStore.open(io, layouts: self.erasures.layouts, creating: false) else {
                return
            }
            try await store.forEach(of: VolumeRecord.self, prefix: VolumeRecord.prefix) { name, stored in
                guard stored.value.flatten, stored.value.phase == .ready, let key = RecordKey(hex: name.dropFirst(2))
                else { return }
                let imageID = stored.value.imageID
                self.add(Job(target: target, pool: pool, namespace: namespace, key: key, imageID: imageID))
            }
        } catch {
            self.logger.warning(
                "Flattenings of former processes could not be looked for",
                metadata: ["rbd.pool": "\(pool)", "rbd.namespace": "\(namespace)", "error": "\(error)"]
            )
        }
    }

    /// Lets go of a volume's image, and returns once this process has it no longer open.
    func stop(imageID: String) async {
        for job in self.known where job.imageID == imageID {
            self.known.remove(job)
            self.waiting.removeAll { $0 == job }
            self.retries.removeValue(forKey: job)?.cancel()
            guard let running = self.running[job] else { continue }
            running.stop.set()
            await running.task.value
        }
    }

    private func startNext() {
        while self.running.count < Self.width, !self.waiting.isEmpty, !self.isClosed {
            let job = self.waiting.removeFirst()
            let stop = StopFlag()
            self.running[job] = Running(task: Task { await self.work(job, stop: stop) }, stop: stop)
        }
    }

    private func work(_ job: Job, stop: StopFlag) async {
        do {
            try await self.flatten(job, stop: stop)
            self.known.remove(job)
        } catch {
            if !stop.isSet { self.retryLater(job, after: error) }
        }
        self.running[job] = nil
        self.startNext()
    }

    private func retryLater(_ job: Job, after error: any Error) {
        let metadata: Logger.Metadata = [
            "rbd.pool": "\(job.pool)", "rbd.image.id": "\(job.imageID)", "error": "\(error)",
        ]
        self.logger.warning("Flattening did not finish and is tried again", metadata: metadata)
        guard !self.isClosed else { return }
        self.retries[job] = Task {
            do {
                try await Task.sleep(for: .seconds(10))
            } catch {
                return
            }
            guard !Task.isCancelled, !self.isClosed else { return }
            self.retries[job] = nil
            self.waiting.append(job)
            self.startNext()
        }
    }

    private func flatten(_ job: Job, stop: StopFlag) async throws {
        let lease = try await self.clusters.cluster(for: job.target)
        let io = try await lease.cluster.ioContext(pool: job.pool, namespace: job.namespace)
        guard let store = try await RecordStore.open(io, layouts: self.erasures.layouts, creating: false),
            let found = try await store.volume(job.key), Self.isWanted(found.value, job), !stop.isSet
        else { return }
        try self.hook.reached("flatten.begun")
        try await Self.flatten(imageID: job.imageID, io: io) { !stop.isSet }
        try self.hook.reached("flatten.done")
        for _ in 0..<32 {
            guard let stored = try await store.volume(job.key), Self.isWanted(stored.value, job) else { return }
            var record = stored.value
            record.cloneDepth = 0
            record.flatten = false
            guard try await store.put(record, at: job.key, replacing: stored) == nil else { break }
        }
        self.logger.info("Clone made independent of its source", metadata: found.value.logMetadata)
        // What it was cloned from may be waiting to be erased.
        await self.erasures.lookAgain()
        try self.hook.reached("flatten.recorded")
    }

    private static func isWanted(_ record: VolumeRecord, _ job: Job) -> Bool {
        record.phase == .ready && record.imageID == job.imageID && record.flatten
    }

    /// Copies what a clone shares with its parent; one that is no clone (any more) stays as it is.
    static func flatten(imageID: String, io: IOContext, goesOn: @escaping @Sendable () -> Bool) async throws {
        try await io.withImage(.id(imageID), readOnly: false) { image in
            guard try image.parent() != nil else { return }
            try image.flatten { _, _ in goesOn() }
        }
    }

    /// Stops what runs, and leaves it and the others to the next process.
    func close() async {
        self.isClosed = true
        for task in self.retries.values { task.cancel() }
        for running in self.running.values {
            running.stop.set()
            await running.task.value
        }
    }
}
