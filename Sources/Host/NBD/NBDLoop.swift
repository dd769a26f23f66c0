// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// The work of one thread: waits for what comes in on its connections, and for room to send in those that want it.
///
/// See: man 7 epoll.
final class NBDLoop: ServingLoop {
    private static let wakeID: UInt64 = 0

    /// Where requests come from and go to.
    let pool: RequestPool<NBDRequest>
    /// Where requests get places that a successor finds.
    let journal: NBDJournal
    private let epoll: CInt
    private let event: CInt
    private let ids = Atomic<UInt64>(NBDLoop.wakeID)
    private let connections = Mutex<[UInt64: NBDConnection]>([:])
    private let stopping = Atomic(false)
    private let leaving = Atomic(false)

    init(pool: RequestPool<NBDRequest>, journal: NBDJournal) throws(HostError) {
        self.pool = pool
        self.journal = journal
        let epoll = try systemCall("epoll_create1", "an nbd loop") { locker_epoll_open() }
        do throws(HostError) {
            let event = try systemCall("eventfd", "an nbd loop") { locker_event_open() }
            do throws(HostError) {
                try systemCall("epoll_ctl", "an nbd loop") {
                    locker_epoll_add(epoll, event, LOCKER_EPOLL_IN, Self.wakeID)
                }
            } catch {
                _ = Glibc.close(event)
                throw error
            }
            self.event = event
        } catch {
            _ = Glibc.close(epoll)
            throw error
        }
        self.epoll = epoll
    }

    deinit {
        _ = Glibc.close(self.event)
        _ = Glibc.close(self.epoll)
    }

    /// A number that no connection of this loop had.
    func newID() -> UInt64 {
        self.ids.add(1, ordering: .relaxed).newValue
    }

    /// Reads from a connection from now on.
    ///
    /// - Throws: ``HostError``: `ESHUTDOWN` after ``stop()``; the connection's `ended` is not called then.
    func add(_ connection: NBDConnection) throws(HostError) {
        let isStopping = self.connections.withLock { connections in
            let isStopping = self.stopping.load(ordering: .acquiring)
            if !isStopping { connections[connection.id] = connection }
            return isStopping
        }
        guard !isStopping else { throw connection.failure(ESHUTDOWN, "its thread has ended") }
        do throws(HostError) {
            try systemCall("epoll_ctl", connection.name) {
                locker_epoll_add(self.epoll, connection.file, LOCKER_EPOLL_IN, connection.id)
            }
        } catch {
            self.connections.withLock { $0[connection.id] = nil }
            throw error
        }
        // A dead process' connection may have had answers to send before this.
        if connection.wantsRoom { self.watch(connection, forRoom: true) }
    }

    /// Also waits until the connection has room to send, or does so no more; from any thread.
    func watch(_ connection: NBDConnection, forRoom: Bool) {
        let events = forRoom ? LOCKER_EPOLL_IN | LOCKER_EPOLL_OUT : LOCKER_EPOLL_IN
        // ENOENT: it has ended meanwhile. There is no other failure for a socket that is watched already.
        _ = locker_epoll_change(self.epoll, connection.file, events, connection.id)
    }

    /// Has connections left as they are when ``run()`` returns, instead of ended.
    func leave() {
        self.leaving.store(true, ordering: .releasing)
    }

    /// Lets ``run()`` return.
    func stop() {
        self.stopping.store(true, ordering: .releasing)
        var one: UInt64 = 1
        _ = Glibc.write(self.event, &one, 8)
    }

    /// Works until ``stop()``.
    func run() {
        // Without the capability the thread may wait for writeback through itself when memory is all but gone; there is
        // nothing better to do than to serve on.
        _ = locker_fuse_thread("locker-nbd")
        let capacity = 64
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
        defer { events.deallocate() }
        while !self.stopping.load(ordering: .acquiring) {
            let count = epoll_wait(self.epoll, events, CInt(capacity), -1)
            // Interrupted by a signal; nothing else can be wrong with these arguments.
            guard count > 0 else { continue }
            for event in UnsafeBufferPointer(start: events, count: Int(count)) { self.handle(event) }
        }
        for connection in self.connections.withLock({ Array($0.values) }) {
            if self.leaving.load(ordering: .acquiring) {
                connection.leave()
                continue
            }
            connection.stop()
            self.handle(LOCKER_EPOLL_IN, connection)
        }
    }

    private func handle(_ event: epoll_event) {
        let id = withUnsafePointer(to: event) { locker_epoll_id($0) }
        guard let connection = self.connections.withLock({ $0[id] }) else { return }
        self.handle(event.events, connection)
    }

    private func handle(_ events: UInt32, _ connection: NBDConnection) {
        guard !connection.wake(events) else { return }
        _ = locker_epoll_remove(self.epoll, connection.file)
        self.connections.withLock { $0[connection.id] = nil }
    }
}
