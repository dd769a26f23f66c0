// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Testing

/// Calls that this version does not offer.
@Suite(.timeLimit(.minutes(2)))
struct UnimplementedTests {
    /// A call by its name.
    struct Call: Sendable {
        let name: String
        let body: @Sendable (LockerProcess) async throws -> Void
    }

    private static let controller = [
        Call(name: "NodeGetInfo") { _ = try await $0.node.nodeGetInfo(.init()) },
        Call(name: "NodeStageVolume") { _ = try await $0.node.nodeStageVolume(.init()) },
    ]

    private static let node = [
        Call(name: "CreateVolume") { _ = try await $0.controller.createVolume(.init()) },
        Call(name: "DeleteVolume") { _ = try await $0.controller.deleteVolume(.init()) },
        Call(name: "ControllerGetCapabilities") { _ = try await $0.controller.controllerGetCapabilities(.init()) },
    ]

    @Test("Whatever a process does not offer is UNIMPLEMENTED")
    func unimplemented() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            for call in Self.controller {
                await Self.expectUnimplemented(call, by: controller)
            }
            _ = try await installation.data()
            let node = try await installation.node()
            for call in Self.node { await Self.expectUnimplemented(call, by: node) }
        }
    }

    private static func expectUnimplemented(_ call: Call, by process: LockerProcess) async {
        do {
            try await call.body(process)
            Issue.record("\(call.name) is answered")
        } catch let error as RPCError {
            #expect(error.code == .unimplemented, "\(call.name): \(error)")
            #expect(!error.message.isEmpty, "\(call.name) says nothing")
        } catch {
            Issue.record(error, "\(call.name)")
        }
    }
}
