// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Dispatch
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// The work of one thread: fetches requests from its queues, and gives answers back, many by one call.
///
/// ublk wants all commands of a queue from one thread, so whoever finishes a request on another leaves the answer in the
/// inbox, and wakes the thread if it sleeps.
///
/// `@unchecked Sendable`: `ring`, `queues`, `counter`, `answerWait` and `writes` are the thread's alone once it runs; the
/// rest is immutable or locks.
final class UblkLoop: ServingLoop, @unchecked Sendable {
    private static let wakeID: UInt64 = 0
    private static let tagBits: UInt64 = 16
    // Room for all fetches of a new queue besides what a turn has to commit.
    private static let entries = 256

    private struct Inbox {
        var finished: [UblkRequest] = []
        var newcomers: [(queue: UblkQueue, done: @Sendable (HostError?) -> Void)] = []
        var isAsleep = false
        var isStopping = false
        var hasEnded = false

        var isEmpty: Bool { self.finished.isEmpty && self.newcomers.isEmpty && !self.isStopping }
    }

    /// Where requests come from and go to.
    let pool: RequestPool<UblkRequest>
    private let ring: IOURing
    private let event: CInt
    private let counter: UnsafeMutablePointer<UInt64>
    private let ids = Atomic<UInt64>(UblkLoop.wakeID)
    private let inbox = Mutex(Inbox())
    private var queues: [UInt64: UblkQueue] = [:]
    private var answerWait = AnswerWait()
    // Writes that were handed over, and whose answers are not committed.
    private var writes = 0
    private let report: @Sendable (HostError) -> Void

    init(pool: RequestPool<UblkRequest>, report: @escaping @Sendable (HostError) -> Void) throws(HostError) {
        self.pool = pool
        self.report = report
        self.ring = try IOURing(.ofOneThread, entries: Self.entries, completions: 4096, name: "a ublk thread")
        self.event = try systemCall("eventfd", "a ublk thread") { locker_event_open_waiting() }
        self.counter = .allocate(capacity: 1)
    }

    deinit {
        _ = Glibc.close(self.event)
        self.counter.deallocate()
    }

    /// A number that no queue of this loop had.
    func newID() -> UInt64 {
        self.ids.add(1, ordering: .relaxed).newValue
    }

    /// Fetches from a queue from now on; blocks until the kernel has taken that. Not on the loop's thread.
    ///
    /// The kernel takes all fetches or none, also if this process is killed meanwhile: a call into it that has begun is
    /// not cut short.
    ///
    /// - Throws: ``HostError``: `ESHUTDOWN` after ``stop()``; the queue's `ended` is not called then.
    func add(_ queue: UblkQueue) throws(HostError) {
        let outcome = Mutex<HostError?>(nil)
        let done = DispatchSemaphore(value: 0)
        let isRunning = self.post { inbox in
            guard !inbox.isStopping else { return false }
            inbox.newcomers.append(
                (
                    queue,
                    { error in
                        outcome.withLock { $0 = error }
                        done.signal()
                    }
                )
            )
            return true
        }
        guard isRunning else {
            throw HostError(call: "ublk", code: Errno(rawValue: ESHUTDOWN), object: queue.name)
        }
        done.wait()
        if let error = outcome.withLock({ $0 }) { throw error }
    }

    /// Takes an answer, from any thread.
    func finished(_ request: UblkRequest) {
        let isRunning = self.post { inbox in
            guard !inbox.hasEnded else { return false }
            inbox.finished.append(request)
            return true
        }
        if !isRunning { self.pool.give(request) }
    }

    /// Lets ``run()`` return; what is unanswered stays so.
    func stop() {
        _ = self.post { inbox in
            inbox.isStopping = true
            return true
        }
    }

    /// Works until ``stop()``.
    func run() {
        // Without the capability the thread may wait for writeback through itself when memory is all but gone; there is
        // nothing better to do than to serve on.
        _ = locker_fuse_thread("locker-ublk")
        do throws(HostError) {
            try self.watchEvent()
            while try self.turn() {}
            try self.takeWake()
        } catch {
            // Nothing that a ring of this use can fail with; without it no queue of this thread can be served.
            self.report(error)
            for queue in self.queues.values { queue.failure = error }
        }
        self.end()
    }

    private func post(_ change: (inout Inbox) -> Bool) -> Bool {
        let (answer, isAsleep) = self.inbox.withLock { inbox in
            let answer = change(&inbox)
            defer { inbox.isAsleep = false }
            return (answer, inbox.isAsleep)
        }
        if isAsleep {
            var one: UInt64 = 1
            _ = Glibc.write(self.event, &one, 8)
        }
        return answer
    }

    /// Does what there is to do, or waits for something.
    ///
    /// - Returns: whether there is to be another turn.
    private func turn() throws(HostError) -> Bool {
        if self.writes > 0, self.answerWait.isDue() { try self.stayAwake() }
        let (finished, newcomers, isStopping) = self.inbox.withLock { inbox in
            defer {
                inbox.finished.removeAll(keepingCapacity: true)
                inbox.newcomers = []
            }
            inbox.isAsleep = inbox.isEmpty
            return (inbox.finished, inbox.newcomers, inbox.isStopping)
        }
        for request in finished { try self.commit(request) }
        for (queue, done) in newcomers { done(self.begin(queue)) }
        if isStopping { return false }
        // Answers that came meanwhile are to go with these.
        guard finished.isEmpty, newcomers.isEmpty else { return true }
        try self.ring.wait()
        self.inbox.withLock { $0.isAsleep = false }
        try self.ring.takeCompletions { (id, result) throws(HostError) in try self.handle(id, result) }
        return true
    }

    /// Offers the processor to others until there is something to do, or patience is at an end.
    private func stayAwake() throws(HostError) {
        // Commits that are queued would wait as long.
        try self.ring.submit()
        for _ in 0..<AnswerWait.patience {
            // A completion is there at the latest when a call into the kernel returns.
            if self.ring.hasCompletions || self.inbox.withLock({ !$0.isEmpty }) {
                return self.answerWait.ended(early: true)
            }
            sched_yield()
        }
        self.answerWait.ended(early: false)
    }

    private func handle(_ id: UInt64, _ result: CInt) throws(HostError) {
        guard id != Self.wakeID else { return try self.watchEvent() }
        guard let queue = self.queues[id >> Self.tagBits] else { return }
        if result == UBLK_IO_RES_OK {
            if queue.receive(UInt16(truncatingIfNeeded: id)) { self.writes += 1 }
            return
        }
        // ENODEV: the device was stopped. Anything else is a request that no more can come for.
        if result != -ENODEV, queue.failure == nil {
            queue.failure = HostError(call: "ublk fetch", code: Errno(rawValue: -result), object: queue.name)
        }
        queue.alive -= 1
        guard queue.alive == 0 else { return }
        self.queues[queue.id] = nil
        queue.end()
    }

    private func commit(_ request: UblkRequest) throws(HostError) {
        defer { self.pool.give(request) }
        if request.operation == .write { self.writes -= 1 }
        guard let queue = request.queue, self.queues[queue.id] != nil else { return }
        try self.ring.command(
            LOCKER_UBLK_COMMIT_AND_FETCH,
            to: queue.file,
            locker_ublk_io(request.tag, request.answer),
            id: queue.id << Self.tagBits | UInt64(request.tag)
        )
    }

    private func begin(_ queue: UblkQueue) -> HostError? {
        do throws(HostError) {
            try self.ring.makeRoom(for: UblkQueue.depth)
            for tag in 0..<UInt16(UblkQueue.depth) {
                try self.ring.command(
                    LOCKER_UBLK_FETCH,
                    to: queue.file,
                    locker_ublk_io(tag, 0),
                    id: queue.id << Self.tagBits | UInt64(tag)
                )
            }
            self.queues[queue.id] = queue
            queue.alive = UblkQueue.depth
            // The kernel looks for partitions on a new device if who fetches is privileged. What is on a volume is not to be
            // interpreted there, and the process that makes the device would wait for its own server in a way that nothing
            // ends: Linux 6.12 never lets go of a process that is killed then. No longer than that: threads that are started
            // on this one, by whoever is told of a request, would be without the privilege for good, and what runs on them.
            let wasPrivileged = locker_drop_admin() == 1
            defer { if wasPrivileged { _ = locker_regain_admin() } }
            try self.ring.submit()
            try queue.map()
            return nil
        } catch {
            return error
        }
    }

    private func watchEvent() throws(HostError) {
        try self.ring.read(self.event, into: self.counter, count: 8, id: Self.wakeID)
    }

    /// Leaves no read behind in the ring that is about to be closed: all that a device which is left makes the kernel
    /// cancel is its own.
    private func takeWake() throws(HostError) {
        var one: UInt64 = 1
        _ = Glibc.write(self.event, &one, 8)
        var isTaken = false
        while !isTaken {
            try self.ring.wait()
            // Requests that come now are done again by the next server.
            try self.ring.takeCompletions { (id, _) throws(HostError) in
                if id == Self.wakeID { isTaken = true }
            }
        }
    }

    private func end() {
        let (finished, newcomers) = self.inbox.withLock { inbox in
            defer {
                inbox.finished = []
                inbox.newcomers = []
            }
            (inbox.isStopping, inbox.hasEnded) = (true, true)
            return (inbox.finished, inbox.newcomers)
        }
        for request in finished { self.pool.give(request) }
        for (queue, done) in newcomers {
            done(HostError(call: "ublk", code: Errno(rawValue: ESHUTDOWN), object: queue.name))
        }
        for queue in self.queues.values { queue.end() }
        self.queues = [:]
        // From here the kernel knows that the devices have no server.
        self.ring.close()
    }
}
