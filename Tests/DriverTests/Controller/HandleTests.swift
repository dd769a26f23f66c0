// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// Volume handles that are somebody else's, forged, or of volumes that are gone.
@Suite(.timeLimit(.minutes(10)))
struct HandleTests {
    /// The calls of the controller that take a handle.
    private struct Calls {
        let controller: LockerProcess
        let volume: MadeVolume

        func delete(_ id: String) async throws -> DeleteVolumeResponse {
            var request = self.volume.delete()
            request.volumeID = id
            return try await self.controller.controller.deleteVolume(request)
        }

        func validate(_ id: String) async throws -> ValidateVolumeCapabilitiesResponse {
            try await self.controller.controller.validateVolumeCapabilities(
                ValidateVolumeCapabilitiesRequest(
                    volumeID: id,
                    volumeCapabilities: [self.volume.plan.capability],
                    secrets: self.volume.plan.secrets
                )
            )
        }

        func expand(_ id: String) async throws -> ControllerExpandVolumeResponse {
            var request = self.volume.expand(to: 64 << 20)
            request.volumeID = id
            return try await self.controller.controller.controllerExpandVolume(request)
        }

        /// Expects all of them to be refused.
        func expectRefusal(_ code: RPCError.Code, of id: String) async {
            await DriverTests.expectRefusal(code, in: "delete \(id)") { try await self.delete(id) }
            await self.expectRefusalBesidesDelete(code, of: id)
        }

        func expectRefusalBesidesDelete(_ code: RPCError.Code, of id: String) async {
            await DriverTests.expectRefusal(code, in: "validate \(id)") { try await self.validate(id) }
            await DriverTests.expectRefusal(code, in: "expand \(id)") { try await self.expand(id) }
        }
    }

    private static func with(_ body: (Installation, Calls) async throws -> Void) async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let volume = try await controller.create(installation.plan(), of: installation)
            try await body(installation, Calls(controller: controller, volume: volume))
        }
    }

    @Test("A missing or overlong handle is INVALID_ARGUMENT")
    func malformed() async throws {
        try await Self.with { _, calls in
            await calls.expectRefusal(.invalidArgument, of: "")
            await calls.expectRefusal(.invalidArgument, of: String(repeating: "A", count: 129))
        }
    }

    @Test("A text that Locker never wrote is a volume that does not exist: deleted already, else NOT_FOUND")
    func foreign() async throws {
        try await Self.with { _, calls in
            for id in ["no-such-volume", "vol-0a1b2c3d4e5f", "////", "ä", "AQ"] {
                _ = try await calls.delete(id)
                await calls.expectRefusalBesidesDelete(.notFound, of: id)
            }
        }
    }

    @Test("A forged handle is FAILED_PRECONDITION at every character, never a delete that succeeds")
    func tampered() async throws {
        try await Self.with { installation, calls in
            let id = Array(calls.volume.id)
            for index in id.indices {
                var forged = id
                forged[index] = id[index] == "A" ? "Q" : "A"
                let text = String(forged)
                guard text != calls.volume.id else { continue }
                do {
                    _ = try await calls.delete(text)
                    // The form itself is broken, so that it is a foreign text: the version, or a length.
                    await calls.expectRefusalBesidesDelete(.notFound, of: text)
                } catch let error as RPCError {
                    #expect(error.code == .failedPrecondition, "character \(index): \(error)")
                }
            }
            #expect(try await installation.context.images().map(\.name) == [calls.volume.imageName])
        }
    }

    @Test("A handle of ceph-csi's is FAILED_PRECONDITION, in words")
    func cephCSI() async throws {
        try await Self.with { _, calls in
            let id = "0001-0009-rook-ceph-0000000000000002-8b1f6ef7-2b7a-4d5c-9d6e-1f2a3b4c5d6e"
            await calls.expectRefusal(.failedPrecondition, of: id)
            await expectRefusal(.failedPrecondition, naming: "ceph-csi") { try await calls.delete(id) }
        }
    }

    @Test("A handle signed with another instance's key is FAILED_PRECONDITION, and works again with the key's return")
    func otherKey() async throws {
        try await Self.with { installation, calls in
            await calls.controller.terminate()
            try installation.write("another-instance-of-locker\n", to: "instance-key")
            var other = Calls(controller: try await installation.controller(), volume: calls.volume)
            await other.expectRefusal(.failedPrecondition, of: calls.volume.id)
            await other.controller.terminate()
            // Rotated: the new key signs, the old one still verifies.
            try installation.write("2 another-instance-of-locker\n1 correct-horse-battery-staple\n", to: "instance-key")
            other = Calls(controller: try await installation.controller(), volume: calls.volume)
            _ = try await other.delete(calls.volume.id)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("A volume on a cluster that config.json has no more is FAILED_PRECONDITION")
    func lostCluster() async throws {
        try await Self.with { installation, calls in
            let text = installation.configuration(monitors: installation.cluster.monitors)
            try installation.write(text.replacing("\"lab\"", with: "\"other\""), to: "config.json")
            await calls.expectRefusal(.failedPrecondition, of: calls.volume.id)
            try installation.write(text, to: "config.json")
            _ = try await calls.delete(calls.volume.id)
        }
    }

    @Test("A volume that is gone is deleted already, and NOT_FOUND for the rest; its name is free at once")
    func gone() async throws {
        try await Self.with { installation, calls in
            let id = calls.volume.id
            _ = try await calls.delete(id)
            _ = try await calls.delete(id)
            await calls.expectRefusalBesidesDelete(.notFound, of: id)
            let next = try await calls.controller.create(calls.volume.plan, of: installation)
            #expect(next.id != id)
            // The old handle does not reach the new volume of the same name.
            _ = try await calls.delete(id)
            #expect(try await installation.context.images().map(\.name) == [next.imageName])
        }
    }
}
