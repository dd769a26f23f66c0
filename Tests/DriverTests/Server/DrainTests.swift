// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import SystemPackage
internal import TestSupport
internal import Testing

/// What SIGTERM does to calls in flight.
@Suite(.timeLimit(.minutes(5)))
struct DrainTests {
    @Test("A call in flight is answered before the process ends; the same call that joined it too")
    func drains() async throws {
        // Of its own, since its OSD is held while the call is in flight.
        let cluster = try await TestCluster.start(manager: .no)
        do {
            try await Installation.with(cluster) { installation in
                let port = try FreePort.any()
                let controller = try await installation.controller(options: ["--http-endpoint", "127.0.0.1:\(port)"])
                // Connected and known to the cluster before the OSD is held.
                _ = try await controller.create(installation.plan(), of: installation)
                let osd = try await Self.osd(of: cluster)
                kill(osd, SIGSTOP)
                defer { kill(osd, SIGCONT) }
                let plan = installation.plan()
                async let first = controller.create(plan, of: installation)
                async let second = controller.create(plan, of: installation)
                while try await !RawSocket.get("/debug/operations", port: port).contains("CreateVolume") {
                    try await Task.sleep(for: .milliseconds(10))
                }
                controller.send(SIGTERM)
                while try !controller.output().contains("Draining") { try await Task.sleep(for: .milliseconds(10)) }
                kill(osd, SIGCONT)
                let ids = try await [first.id, second.id]
                #expect(Set(ids).count == 1)
                #expect(await controller.wait() == 0)
                #expect(try controller.output().contains("Ended"))
                #expect(!FileManager.default.fileExists(atPath: controller.socket.string))
            }
        } catch {
            try await cluster.tearDown()
            throw error
        }
        try await cluster.tearDown()
    }

    private static func osd(of cluster: TestCluster) async throws -> pid_t {
        let file = cluster.directory.appending("osd.0.pid")
        let text = try String(contentsOfFile: file.string, encoding: .utf8)
        return try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
}
