// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Rados
internal import SystemPackage

/// The kernel's nbd over Unix sockets: devices outlive the process, and wait for the next.
///
/// Where another process keeps the sockets and the journal, the next one goes on with both at once. Else it gives the kernel
/// new sockets, and the kernel sends again what was under way when its timer comes round.
final class NBDFrontEnd: FrontEnd {
    let name = MapperName.nbd

    private static let journalName = "nbd-journal"

    private let pool: BlockingPool
    private let store: DescriptorStore?
    private let report: @Sendable (HostError) -> Void
    private let reactor = OnFirstUse<NBDReactor>()

    /// Nothing is served yet.
    ///
    /// - Parameters:
    ///   - store: keeps what a successor needs beyond this process' death.
    ///   - report: told of failures that have nobody else to go to; called on any thread, must not block.
    init(pool: BlockingPool, store: DescriptorStore?, report: @escaping @Sendable (HostError) -> Void) {
        self.pool = pool
        self.store = store
        self.report = report
    }

    func show(_ backend: any BlockBackend, named name: String) async throws -> any ShownDevice {
        let identifier = Self.identifier(name)
        return try await self.serving(backend, identifier) { server throws(HostError) in
            let device = try NBDDevice.connect(to: server, NBDSettings(identifier: identifier))
            do throws(HostError) {
                try device.tuneQueue(readAhead: 4 << 20, discards: backend.takesDiscards)
            } catch {
                try device.abandon()
                throw error
            }
            return (device, nil)
        }
    }

    /// Lets the kernel know that devices which nobody goes on with have no server any more.
    func letGo(except names: Set<String>) {
        let wanted = Set(names.map(Self.identifier) + [Self.journalName])
        self.store?.dropLeft(except: wanted.contains)
    }

    func devices() -> [String: any LeftDevice] {
        let named = NBDDevice.all().compactMap { device -> (String, any LeftDevice)? in
            guard let identifier = device.status?.identifier, identifier.hasPrefix(Self.prefix) else { return nil }
            let left = Left(device: device, identifier: identifier, store: self.store)
            return (String(identifier.dropFirst(Self.prefix.count)), left)
        }
        return Dictionary(named) { first, _ in first }
    }

    func resume(_ backend: any BlockBackend, named name: String) async throws -> (any ShownDevice)? {
        let identifier = Self.identifier(name)
        guard let device = try await self.pool.run({ Self.device(identifier) }) else {
            self.store?.drop(identifier)
            return nil
        }
        return try await self.serving(backend, identifier) { server throws(HostError) in
            if let socket = self.store?.take(identifier) {
                if let requests = try server.resume(on: socket) { return (device, requests) }
                // As long as anybody has the old socket open the kernel waits for an answer on it.
                self.store?.drop(identifier)
            }
            try device.reconnect(to: server, identifier: identifier)
            return (device, nil)
        }
    }

    func leave() {
        // Without anybody who keeps the sockets it is better to serve to the end.
        guard self.store != nil else { return }
        self.reactor.take()?.leave()
    }

    func stop() async throws {
        let reactor = self.reactor.take()
        try await self.pool.run { reactor?.stop() }
    }

    private func serving(
        _ backend: any BlockBackend,
        _ identifier: String,
        _ body: @escaping @Sendable (NBDServer) throws(HostError) -> (device: NBDDevice, continued: Int?)
    ) async throws -> any ShownDevice {
        let reactor = try self.running()
        let server = NBDServer(backend, on: reactor, name: identifier, store: self.store, report: self.report)
        do {
            let (device, continued) = try await self.pool.run { try body(server) }
            return Shown(
                device: device,
                identifier: identifier,
                server: server,
                pool: self.pool,
                continued: continued
            )
        } catch {
            await server.stop()
            throw error
        }
    }

    private func running() throws(HostError) -> NBDReactor {
        try self.reactor.get { () throws(HostError) in
            let reactor = try NBDReactor(journal: self.leftJournal())
            self.store?.keep(reactor.journal.file, named: Self.journalName)
            return reactor
        }
    }

    /// A dead process' journal. Without it its sockets are of no use, and the kernel may know that their server is dead.
    private func leftJournal() -> NBDJournal? {
        guard let store = self.store else { return nil }
        if let file = store.take(Self.journalName) {
            do throws(HostError) {
                let journal = try NBDJournal(adopting: file)
                let left = store.left
                journal.dropLeft(except: left.contains)
                return journal
            } catch {
                self.report(error)
            }
        }
        store.dropLeft { _ in false }
        return nil
    }

    /// What the kernel keeps with the device.
    private static func identifier(_ name: String) -> String { Self.prefix + name }
    private static let prefix = "locker-"

    private static func device(_ identifier: String) -> NBDDevice? {
        NBDDevice.all().first { $0.status?.identifier == identifier }
    }

    private struct Shown: ShownDevice {
        let device: NBDDevice
        let identifier: String
        let server: NBDServer
        let pool: BlockingPool
        let continued: Int?

        var path: FilePath { self.device.path }

        var isIntact: Bool {
            self.server.connections > 0 && self.device.status?.identifier == self.identifier
        }

        func followSize() async throws {
            try await self.pool.run {
                // Never smaller: what is behind it has the last word on what lies beyond its end.
                guard let now = self.device.status?.size, self.server.backend.size > now else { return }
                try self.device.resize(to: self.server.backend.size)
            }
        }

        func remove() async throws {
            try await self.pool.run {
                // The number may be another device's by now.
                if self.device.status?.identifier == self.identifier { try self.device.disconnect() }
            }
            await self.server.stop()
        }
    }

    private struct Left: LeftDevice {
        let device: NBDDevice
        let identifier: String
        let store: DescriptorStore?

        var path: FilePath { self.device.path }
        var size: UInt64 { self.device.status?.size ?? 0 }
        var isWaiting: Bool { true }
        var holders: String { DeviceHolders.description(of: BlockDevice(self.device.path), sysfs: self.device.sysfs) }

        func letGo() { self.store?.drop(self.identifier) }

        func remove() throws(HostError) {
            try self.device.abandonUnlessHeld { self.letGo() }
        }

        func abandon() throws(HostError) {
            // The kernel would wait for room in a socket that nobody reads, to say good-bye.
            self.letGo()
            try self.device.abandon()
        }
    }
}
