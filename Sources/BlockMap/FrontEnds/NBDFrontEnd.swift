// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Rados
internal import SystemPackage

/// The kernel's nbd over Unix sockets: devices outlive the process, and wait for the next.
final class NBDFrontEnd: FrontEnd {
    let name = MapperName.nbd

    private let pool: BlockingPool
    private let report: @Sendable (HostError) -> Void
    private let reactor = OnFirstUse<NBDReactor>()

    /// Nothing is served yet.
    ///
    /// - Parameter report: told of failures that have nobody else to go to; called on any thread, must not block.
    init(pool: BlockingPool, report: @escaping @Sendable (HostError) -> Void) {
        self.pool = pool
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
            return device
        }
    }

    func devices() -> [String: any LeftDevice] {
        let named = NBDDevice.all().compactMap { device -> (String, any LeftDevice)? in
            guard let identifier = device.status?.identifier, identifier.hasPrefix(Self.prefix) else { return nil }
            return (String(identifier.dropFirst(Self.prefix.count)), Left(device: device))
        }
        return Dictionary(named) { first, _ in first }
    }

    func resume(_ backend: any BlockBackend, named name: String) async throws -> (any ShownDevice)? {
        let identifier = Self.identifier(name)
        guard let device = try await self.pool.run({ Self.device(identifier) }) else { return nil }
        return try await self.serving(backend, identifier) { server throws(HostError) in
            try device.reconnect(to: server, identifier: identifier)
            return device
        }
    }

    func stop() async throws {
        let reactor = self.reactor.take()
        try await self.pool.run { reactor?.stop() }
    }

    private func serving(
        _ backend: any BlockBackend,
        _ identifier: String,
        _ body: @escaping @Sendable (NBDServer) throws(HostError) -> NBDDevice
    ) async throws -> any ShownDevice {
        let server = NBDServer(backend, on: try self.running(), name: identifier, report: self.report)
        do {
            let device = try await self.pool.run { try body(server) }
            return Shown(device: device, identifier: identifier, server: server, pool: self.pool)
        } catch {
            await server.stop()
            throw error
        }
    }

    private func running() throws(HostError) -> NBDReactor {
        try self.reactor.get { () throws(HostError) in try NBDReactor() }
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

        var path: FilePath { self.device.path }
        var size: UInt64 { self.device.status?.size ?? 0 }
        var isWaiting: Bool { true }
        var holders: String { DeviceHolders.description(of: BlockDevice(self.device.path), sysfs: self.device.sysfs) }

        func remove() throws(HostError) { try self.device.abandonUnlessHeld() }
        func abandon() throws(HostError) { try self.device.abandon() }
    }
}
