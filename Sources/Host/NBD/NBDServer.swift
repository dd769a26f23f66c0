// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// Serves one backend to the kernel's nbd, on any number of connections: the transmission phase of the NBD protocol, with
/// simple replies.
///
/// A flush covers what was answered on any of its connections, so a device may use several. It serves until ``stop()``.
package final class NBDServer: Sendable {
    private struct State {
        var connections: [NBDConnection] = []
        var isStopped = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// What is served.
    package let backend: any BlockBackend
    private let reactor: NBDReactor
    private let name: String
    private let store: DescriptorStore?
    private let report: @Sendable (HostError) -> Void
    private let state = Mutex(State())

    /// Prepares to serve.
    ///
    /// - Parameters:
    ///   - reactor: whose threads serve; it is stopped after this server.
    ///   - name: what the backend is called in errors, and its connections in the journal and in the store.
    ///   - store: keeps the last connection beyond this process' death.
    ///   - report: told once of each connection that ended without having been asked to; called on a thread that reads
    ///     requests: it must not block.
    package init(
        _ backend: any BlockBackend,
        on reactor: NBDReactor,
        name: String,
        store: DescriptorStore? = nil,
        report: @escaping @Sendable (HostError) -> Void
    ) {
        self.backend = backend
        self.reactor = reactor
        self.name = name
        self.store = store
        self.report = report
    }

    /// How many connections there are: zero after the device was disconnected, by whomever, and when the kernel gave the
    /// server up.
    package var connections: Int {
        self.state.withLock { $0.connections.count }
    }

    /// Serves on a socket, which is closed when the connection has ended.
    ///
    /// - Throws: ``HostError``: `ESHUTDOWN` after ``stop()``. The socket is closed then, too.
    package func serve(_ socket: CInt) throws(HostError) {
        let link = self.reactor.journal.takeLink(named: self.name) ?? NBDLink()
        try self.add(self.connection(socket, link, on: self.reactor.next()))
        if link.isKept { self.store?.keep(socket, named: self.name) }
    }

    /// Goes on with what a dead process was serving, on its own socket: what was on its way there is done, and the kernel
    /// notices nothing.
    ///
    /// Nothing that the dead process had begun may reach the backend any more.
    ///
    /// - Parameter socket: is closed when the connection has ended, and at once if this is of no avail.
    /// - Returns: how many requests were under way; `nil` if that is not known, or the kernel has given the socket up: it has
    ///   to be given a new one.
    /// - Throws: ``HostError``: `ESHUTDOWN` after ``stop()``.
    package func resume(on socket: CInt) throws(HostError) -> Int? {
        guard locker_peer_is_gone(socket) == 0, let link = self.reactor.journal.takeLeftLink(named: self.name) else {
            _ = Glibc.close(socket)
            return nil
        }
        let connection = self.connection(socket, link, on: self.reactor.next())
        guard let requests = connection.resume() else { return nil }
        try self.add(connection)
        self.store?.keep(socket, named: self.name)
        return requests
    }

    private func connection(_ socket: CInt, _ link: NBDLink, on loop: NBDLoop) -> NBDConnection {
        NBDConnection(
            socket,
            link: link,
            name: "an nbd connection of \(self.name)",
            backend: self.backend,
            loop: loop
        ) { connection, failure in
            self.end(connection, failure)
        }
    }

    private func add(_ connection: NBDConnection) throws(HostError) {
        let isStopped = self.state.withLock { state in
            if !state.isStopped { state.connections.append(connection) }
            return state.isStopped
        }
        guard !isStopped else {
            throw HostError(call: "nbd", code: Errno(rawValue: ESHUTDOWN), object: self.name)
        }
        do throws(HostError) {
            try connection.loop.add(connection)
        } catch {
            self.remove(connection)
            throw error
        }
    }

    /// Ends every connection. When it returns no more requests are handed to the backend; those that it has may still be
    /// finished, and are answered to nobody.
    ///
    /// The kernel takes it for a dead server: disconnect the device before, unless another server is to follow.
    package func stop() async {
        let connections = self.state.withLock { state in
            state.isStopped = true
            return state.connections
        }
        for connection in connections { connection.stop() }
        await withCheckedContinuation { continuation in
            let isDone = self.state.withLock { state in
                if !state.connections.isEmpty { state.waiters.append(continuation) }
                return state.connections.isEmpty
            }
            if isDone { continuation.resume() }
        }
    }

    private func end(_ connection: NBDConnection, _ failure: HostError?) {
        if let failure { self.report(failure) }
        self.remove(connection)
    }

    private func remove(_ connection: NBDConnection) {
        let (isLast, waiters) = self.state.withLock { state in
            state.connections.removeAll { $0 === connection }
            guard state.connections.isEmpty else { return (false, [CheckedContinuation<Void, Never>]()) }
            defer { state.waiters = [] }
            return (true, state.waiters)
        }
        if isLast { self.store?.drop(self.name) }
        for waiter in waiters { waiter.resume() }
    }
}
