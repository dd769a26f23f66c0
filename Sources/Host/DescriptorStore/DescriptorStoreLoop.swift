// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

/// The work of the thread that keeps files.
///
/// `@unchecked Sendable`: what changes is the thread's alone.
final class DescriptorStoreLoop: ServingLoop, @unchecked Sendable {
    private var kept: [String: CInt] = [:]
    private var client: CInt = -1
    private var deadline: ContinuousClock.Instant?

    private let path: FilePath
    private let patience: Duration
    private let socket: CInt
    private let event: CInt

    /// Listens.
    ///
    /// - Throws: ``HostError``: `EADDRINUSE` if another process listens there.
    init(at path: FilePath, patience: Duration) throws(HostError) {
        // A directory that lasts may have a dead process' socket.
        if try UnixSocket.state(of: path, .messages) == .stale { try UnixSocket.remove(path) }
        let socket = try UnixSocket.listen(at: path, .messages)
        do throws(HostError) {
            self.event = try systemCall("eventfd", "\(path)") { locker_event_open() }
        } catch {
            _ = Glibc.close(socket)
            throw error
        }
        self.socket = socket
        self.path = path
        self.patience = patience
    }

    deinit {
        _ = Glibc.close(self.socket)
        _ = Glibc.close(self.event)
    }

    /// Keeps files until ``stop()``.
    func run() {
        while true {
            var looks = [
                pollfd(fd: self.event, events: Int16(POLLIN), revents: 0),
                pollfd(fd: self.socket, events: Int16(POLLIN), revents: 0),
                // A negative descriptor is not looked at.
                pollfd(fd: self.client, events: Int16(POLLIN), revents: 0),
            ]
            let found = poll(&looks, nfds_t(looks.count), self.timeout)
            if looks[0].revents != 0, found > 0 { break }
            if looks[2].revents != 0, found > 0 { self.listen() }
            if looks[1].revents != 0, found > 0 { self.accept() }
            if let deadline = self.deadline, ContinuousClock.now >= deadline { self.drop() }
        }
        try? UnixSocket.remove(self.path)
        self.disconnect()
        self.drop()
    }

    /// Lets ``run()`` return.
    func stop() {
        var one: UInt64 = 1
        _ = Glibc.write(self.event, &one, 8)
    }

    /// Milliseconds until files are let go; -1 for never.
    private var timeout: CInt {
        guard let deadline = self.deadline else { return -1 }
        let rest = max(.zero, deadline - ContinuousClock.now)
        return CInt(clamping: Int((rest / .milliseconds(1)).rounded(.up)))
    }

    private func accept() {
        let next = locker_store_accept(self.socket)
        guard next >= 0 else { return }
        // What the last one has said is still to be heard.
        if self.client >= 0 { self.listen() }
        self.disconnect()
        self.client = next
        self.deadline = nil
        let all = self.kept.map { DescriptorMessage(.keep, $0.key, $0.value) } + [DescriptorMessage(.end)]
        for message in all where !message.send(to: next) { return self.lose() }
    }

    private func listen() {
        while let message = DescriptorMessage.receive(from: self.client, waits: false) {
            let old = self.kept.removeValue(forKey: message.name)
            if let old { _ = Glibc.close(old) }
            if message.verb == .keep { self.kept[message.name] = message.file }
        }
        if locker_peer_is_gone(self.client) != 0 { self.lose() }
    }

    /// The process has gone.
    private func lose() {
        self.disconnect()
        self.deadline = ContinuousClock.now + self.patience
    }

    private func disconnect() {
        if self.client >= 0 { _ = Glibc.close(self.client) }
        self.client = -1
    }

    private func drop() {
        for file in self.kept.values { _ = Glibc.close(file) }
        self.kept = [:]
        self.deadline = nil
    }
}
