// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Calls that are in flight for long, because the cluster is silent: who joins, who is refused, what SIGTERM does.
@Suite(.timeLimit(.minutes(5)))
struct DrainTests {
    @Test("A call in flight is answered before the process ends; the same call that joined it too")
    func drains() async throws {
        try await HeldCluster.with { held, installation in
            let (controller, port) = try await Self.controller(installation)
            held.hold()
            let plan = installation.plan()
            async let first = controller.create(plan, of: installation)
            async let second = controller.create(plan, of: installation)
            try await Self.waitUntilRunning(port)
            controller.send(SIGTERM)
            while try !controller.output().contains("Draining") { try await Task.sleep(for: .milliseconds(10)) }
            held.release()
            let ids = try await [first.id, second.id]
            #expect(Set(ids).count == 1)
            #expect(await controller.wait() == 0)
            #expect(try controller.output().contains("Ended"))
            #expect(!FileManager.default.fileExists(atPath: controller.socket.string))
        }
    }

    @Test("A deadline ends the waiting and not the work; other calls for the volume are ABORTED meanwhile")
    func deadline() async throws {
        try await HeldCluster.with { held, installation in
            let (controller, port) = try await Self.controller(installation)
            let plan = installation.plan()
            held.hold()
            await expectRefusal(.deadlineExceeded) {
                try await controller.controller.createVolume(plan.request, timeout: .milliseconds(300))
            }
            try await Self.waitUntilRunning(port)
            var other = plan.request
            other.capacityRange = CapacityRange(requiredBytes: 128 << 20)
            await expectRefusal(.aborted, naming: plan.name, "CreateVolume") {
                try await controller.controller.createVolume(other, timeout: .seconds(10))
            }
            // Whatever is not about that volume is answered.
            _ = try await controller.identity.getPluginInfo(GetPluginInfoRequest(), timeout: .seconds(10))
            held.release()
            let volume = try await controller.create(plan, of: installation)
            #expect(try await installation.context.images().map(\.name).contains(volume.imageName))
            #expect(volume.capacity == plan.bytes)
        }
    }

    @Test("A monitor that is dead makes calls UNAVAILABLE, in words")
    func deadMonitor() async throws {
        try await Installation.with { installation in
            let monitor = "127.0.0.1:\(try FreePort.any())"
            try installation.write(installation.configuration(monitors: [monitor]), to: "config.json")
            let controller = try await installation.controller()
            await expectRefusal(.unavailable, naming: monitor) {
                try await controller.create(installation.plan(), of: installation)
            }
            let text = installation.configuration(monitors: installation.cluster.monitors)
            try installation.write(text, to: "config.json")
            _ = try await controller.create(installation.plan(), of: installation)
        }
    }

    /// A controller that is connected to the cluster, and the port where it tells what runs.
    private static func controller(_ installation: Installation) async throws -> (LockerProcess, port: Int) {
        let port = try FreePort.any()
        let controller = try await installation.controller(options: ["--http-endpoint", "127.0.0.1:\(port)"])
        _ = try await controller.create(installation.plan(), of: installation)
        return (controller, port)
    }

    /// Waits until a CreateVolume is in work.
    private static func waitUntilRunning(_ port: Int) async throws {
        while try await !RawSocket.get("/debug/operations", port: port).contains("CreateVolume") {
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
