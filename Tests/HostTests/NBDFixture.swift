// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import SystemPackage
internal import Testing

/// A device of the kernel's with memory behind it.
struct NBDFixture {
    let serving: NBDServing
    let server: NBDServer
    let device: NBDDevice

    var backend: MemoryBackend { self.serving.backend }

    /// Lends one; afterwards the device is free again.
    static func with(
        _ backend: MemoryBackend,
        connections: Int = 1,
        patrol: Duration = .seconds(1),
        deadTimeout: Duration = .seconds(30),
        _ body: (NBDFixture) async throws -> Void
    ) async throws {
        try await NBDServing.with(backend) { serving in
            let server = serving.server()
            var settings = NBDSettings(identifier: "test-\(UInt32.random(in: .min ... .max))")
            settings.connections = connections
            settings.requestTimeout = connections > 1 ? .seconds(10) : .zero
            settings.patrol = patrol
            settings.deadTimeout = deadTimeout
            let device = try NBDDevice.connect(to: server, settings)
            do {
                try await body(NBDFixture(serving: serving, server: server, device: device))
                try device.disconnect()
            } catch {
                try? device.abandon()
                throw error
            }
            #expect(!device.isConnected)
        }
    }

    var identifier: String { self.device.status?.identifier ?? "" }
}
