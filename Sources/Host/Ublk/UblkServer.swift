// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// Serves one backend as a device of the kernel's ublk, until the device is stopped or the reactor ends.
package final class UblkServer: Sendable {
    private struct State {
        var isServing = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    // How long the file of a new device may take to appear in /dev, or to be closed by a dead server.
    private static let patience = Duration.seconds(10)

    /// The device.
    package let device: UblkDevice
    /// What is served.
    package let backend: any BlockBackend

    private let report: @Sendable (HostError) -> Void
    private let state = Mutex(State())

    private init(
        _ device: UblkDevice,
        _ backend: any BlockBackend,
        _ report: @escaping @Sendable (HostError) -> Void
    ) {
        self.device = device
        self.backend = backend
        self.report = report
    }

    /// Makes a device of a backend, as large as that is now; blocks.
    ///
    /// Sectors are 512 bytes, as kernel rbd's are: a filesystem that was made on larger ones could be mounted here, but one
    /// made on 512 could not be mounted on larger ones, and volumes move between nodes and mappers.
    ///
    /// - Parameters:
    ///   - reactor: one of whose threads serves; it is stopped after this server.
    ///   - identity: what ``UblkDevice/named(_:)`` finds the device by, also when this process is dead.
    ///   - report: told if the kernel gives the server up without having been asked to; called on a thread that serves
    ///     requests: it must not block.
    /// - Throws: ``HostError``: `ENOENT` on a kernel without ublk, `EACCES` or `EPERM` without the right to use it,
    ///   `EOPNOTSUPP` for one that is older than Linux 6.5.
    package static func start(
        _ backend: any BlockBackend,
        on reactor: UblkReactor,
        identity: UInt64,
        report: @escaping @Sendable (HostError) -> Void
    ) throws(HostError) -> UblkServer {
        let control = try UblkControl()
        var info = ublksrv_ctrl_dev_info()
        info.nr_hw_queues = 1
        info.queue_depth = UInt16(UblkQueue.depth)
        info.max_io_buf_bytes = UInt32(UblkRequest.maximumData)
        info.dev_id = .max
        info.flags = UblkFeatures.needed.rawValue
        // User space's own, which the kernel only keeps.
        info.ublksrv_flags = identity
        try control.call("ublk add", LOCKER_UBLK_ADD_DEV, info.dev_id, &info)
        let device = UblkDevice(number: info.dev_id)
        do throws(HostError) {
            // The kernel leaves out what it does not know.
            guard UblkFeatures(rawValue: info.flags).isSuperset(of: .needed) else {
                throw HostError(
                    call: "ublk add",
                    code: .notSupported,
                    object: "\(device.path)",
                    note: "this kernel's ublk is too old: Linux 6.5 is needed"
                )
            }
            var disk = locker_ublk_disk(
                backend.size / 512,
                backend.isReadOnly ? 1 : 0,
                UInt32(UblkRequest.maximumData),
                // As for the loop devices: a large discard is to come in pieces, between which others have their turn.
                64 << 20,
                backend.takesDiscards ? 1 : 0,
                // librbd skips what is smaller than this at the ends of a discard.
                64 << 10
            )
            try control.call("ublk parameters", LOCKER_UBLK_SET_PARAMS, device.number, &disk)
            let server = UblkServer(device, backend, report)
            try server.serve(on: reactor)
            try control.call("ublk start", LOCKER_UBLK_START_DEV, device.number, value: UInt64(getpid()))
            try device.keepReserve()
            return server
        } catch {
            try? device.abandon(isServed: true)
            throw error
        }
    }

    /// Serves a device whose server has died, or has stopped. I/O that waits goes on, and what was on its way to the old
    /// server is done again; blocks.
    ///
    /// Whoever served it must not be able to write any more: a write of the dead server that comes later would overwrite
    /// what was written since. This may be repeated after a death at any point of it.
    ///
    /// - Parameter identity: what the device is expected to have as its identity.
    /// - Throws: ``HostError``: `ENODEV` without such a device, `EINVAL` for one that is another's or was never
    ///   started, `EBUSY` if its server is alive.
    package static func resume(
        _ device: UblkDevice,
        _ backend: any BlockBackend,
        on reactor: UblkReactor,
        identity: UInt64,
        report: @escaping @Sendable (HostError) -> Void
    ) throws(HostError) -> UblkServer {
        let control = try UblkControl()
        guard let status = device.status else {
            throw HostError(call: "ublk recovery", code: .operationNotSupportedByDevice, object: "\(device.path)")
        }
        guard status.identity == identity, status.isRecoverable, status.hasDisk else {
            throw HostError(
                call: "ublk recovery",
                code: .invalidArgument,
                object: "\(device.path)",
                note: status.identity == identity ? "it was never started" : "it is not \(identity)'s"
            )
        }
        try device.awaitQuiescence(control)
        try Self.patiently(about: device, "its server is alive") { () throws(HostError) in
            do throws(HostError) {
                try control.call("ublk recovery", LOCKER_UBLK_START_USER_RECOVERY, device.number)
            } catch  where error.code == .invalidArgument && device.status?.isQuiesced == true {
                // A server was killed when it had done this, and had not yet begun to serve: it is done.
            }
        }
        let server = UblkServer(device, backend, report)
        try server.serve(on: reactor)
        try control.call("ublk recovered", LOCKER_UBLK_END_USER_RECOVERY, device.number, value: UInt64(getpid()))
        return server
    }

    /// Whether requests of the device come here: not any more after the device was stopped, by whomever, and when the
    /// kernel gave the server up.
    package var isServing: Bool { self.state.withLock { $0.isServing } }

    /// Waits until no more requests come; those that the backend has may still be finished, and are answered to nobody.
    package func ended() async {
        await withCheckedContinuation { continuation in
            let isServing = self.state.withLock { state in
                if state.isServing { state.waiters.append(continuation) }
                return state.isServing
            }
            if !isServing { continuation.resume() }
        }
    }

    private func serve(on reactor: UblkReactor) throws(HostError) {
        let path = self.device.serverPath
        var file: CInt = -1
        // The file of a server that is being killed is closed a little later than the kernel calls the device free.
        try Self.patiently(about: self.device, "another process has \(path) open") { () throws(HostError) in
            file = try systemCall("open", "\(path)") { locker_openat(AT_FDCWD, path.string, O_RDWR | O_CLOEXEC, 0) }
        }
        let loop = reactor.next()
        let queue = UblkQueue(file, name: "\(path)", backend: self.backend, loop: loop) { self.end($0) }
        self.state.withLock { $0.isServing = true }
        do throws(HostError) {
            try loop.add(queue)
        } catch {
            self.state.withLock { $0.isServing = false }
            throw error
        }
    }

    private func end(_ failure: HostError?) {
        let waiters = self.state.withLock { state in
            defer { state.waiters = [] }
            state.isServing = false
            return state.waiters
        }
        if let failure { self.report(failure) }
        for waiter in waiters { waiter.resume() }
    }

    /// Tries until it is not `EBUSY` or `ENOENT` any more.
    private static func patiently(
        about device: UblkDevice,
        _ note: String,
        _ body: () throws(HostError) -> Void
    ) throws(HostError) {
        let clock = ContinuousClock()
        let deadline = clock.now + Self.patience
        while true {
            do throws(HostError) {
                return try body()
            } catch  where error.code == .resourceBusy || error.code == .noSuchFileOrDirectory {
                guard clock.now < deadline else {
                    throw error.code == .resourceBusy ? error.with(note: note) : error
                }
                // A killed process takes a moment to be gone, and udev to make a file where the kernel does not.
                usleep(10_000)
            }
        }
    }
}
