// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Rados
internal import SystemPackage

/// The kernel's ublk over io_uring: devices outlive the process, and wait for the next.
///
/// Before Linux 6.16 they keep the size they were made with as long as they are there: ``MapperChoice`` takes them after nbd's
/// then.
final class UblkFrontEnd: FrontEnd {
    let name = MapperName.ublk

    private let pool: BlockingPool
    private let report: @Sendable (HostError) -> Void
    private let reactor = OnFirstUse<UblkReactor>()

    /// Nothing is served yet.
    ///
    /// - Parameter report: told of failures that have nobody else to go to; called on any thread, must not block.
    init(pool: BlockingPool, report: @escaping @Sendable (HostError) -> Void) {
        self.pool = pool
        self.report = report
    }

    func show(_ backend: any BlockBackend, named name: String) async throws -> any ShownDevice {
        let identity = try Self.identity(name)
        let reactor = try self.running()
        let server = try await self.pool.run {
            try UblkServer.start(backend, on: reactor, identity: identity, report: self.report)
        }
        let shown = Shown(server: server, identity: identity, pool: self.pool)
        do {
            try await self.pool.run { try server.device.tuneQueue(readAhead: 4 << 20) }
        } catch {
            try await shown.remove()
            throw error
        }
        return shown
    }

    func devices() -> [String: any LeftDevice] {
        let named = UblkDevice.allByIdentity().map {
            (String($0.key, radix: 16), Left(device: $0.value) as any LeftDevice)
        }
        return Dictionary(uniqueKeysWithValues: named)
    }

    func resume(_ backend: any BlockBackend, named name: String) async throws -> (any ShownDevice)? {
        let identity = try Self.identity(name)
        guard let device = try await self.pool.run({ UblkDevice.named(identity) }) else { return nil }
        let reactor = try self.running()
        let server = try await self.pool.run {
            try UblkServer.resume(device, backend, on: reactor, identity: identity, report: self.report)
        }
        return Shown(server: server, identity: identity, pool: self.pool)
    }

    func stop() async throws {
        let reactor = self.reactor.take()
        try await self.pool.run { reactor?.stop() }
    }

    private func running() throws(HostError) -> UblkReactor {
        try self.reactor.get { () throws(HostError) in try UblkReactor(report: self.report) }
    }

    /// What the kernel keeps with the device: the name itself.
    private static func identity(_ name: String) throws(HostError) -> UInt64 {
        guard let identity = UInt64(name, radix: 16) else {
            throw HostError(call: "ublk", code: .invalidArgument, object: name, note: "it is no number of 64 bits")
        }
        return identity
    }

    private struct Shown: ShownDevice {
        let server: UblkServer
        let identity: UInt64
        let pool: BlockingPool

        var path: FilePath { self.server.device.path }

        var isIntact: Bool {
            guard self.server.isServing, let status = self.server.device.status else { return false }
            return status.hasDisk && status.identity == self.identity
        }

        func followSize() async throws {
            try await self.pool.run {
                let device = self.server.device
                // Never smaller: what is behind it has the last word on what lies beyond its end.
                guard self.server.backend.size > device.size else { return }
                try device.resize(to: self.server.backend.size)
            }
        }

        func remove() async throws {
            try await self.pool.run {
                let device = self.server.device
                // The number may be another device's by now.
                guard device.status?.identity == self.identity else { return }
                try device.remove(isServed: self.server.isServing)
            }
            await self.server.ended()
        }
    }

    private struct Left: LeftDevice {
        let device: UblkDevice

        var path: FilePath { self.device.path }
        var size: UInt64 { self.device.size }
        /// One that was never started has nobody who waits.
        var isWaiting: Bool { self.device.status.map { $0.hasDisk && $0.isRecoverable } ?? false }
        var holders: String { DeviceHolders.description(of: BlockDevice(self.device.path), sysfs: self.device.sysfs) }

        func awaitRelease() throws(HostError) { try self.device.awaitQuiescence() }
        func remove() throws(HostError) { try self.device.remove(isServed: false) }
        func abandon() throws(HostError) { try self.device.abandon() }
    }
}
