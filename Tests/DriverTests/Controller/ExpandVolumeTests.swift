// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import RBD
internal import Rados
internal import Redaction
internal import Testing

/// ControllerExpandVolume, ValidateVolumeCapabilities and DeleteVolume on a volume that exists.
@Suite(.timeLimit(.minutes(10)))
struct ExpandVolumeTests {
    private static func with(
        _ body: (Installation, LockerProcess, MadeVolume) async throws -> Void
    ) async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let volume = try await controller.create(installation.plan(bytes: 64 << 20), of: installation)
            try await body(installation, controller, volume)
        }
    }

    @Test("A volume grows to what is asked for, stays when it is large enough, and never shrinks")
    func grows() async throws {
        try await Self.with { installation, controller, volume in
            let answer = try await controller.controller.controllerExpandVolume(volume.expand(to: 100 << 20))
            #expect(answer.capacityBytes == 100 << 20)
            #expect(answer.nodeExpansionRequired)
            #expect(try await controller.expand(volume, to: 100 << 20) == 100 << 20)
            #expect(try await controller.expand(volume, to: 10 << 20) == 100 << 20)
            #expect(try await controller.expand(volume, to: (100 << 20) + 1) == 104 << 20)
            let size = try await installation.context.withImage(.name(volume.imageName), readOnly: true) { try $0.size }
            #expect(size == 104 << 20)
            // The provisioner's own request is one for a smaller volume now.
            #expect(try await controller.create(volume.plan, of: installation).id == volume.id)
        }
    }

    @Test("Ranges and capabilities that cannot be are refused")
    func refusals() async throws {
        try await Self.with { _, controller, volume in
            func expand(
                _ code: RPCError.Code,
                _ words: String,
                _ change: (inout ControllerExpandVolumeRequest) -> Void
            ) async {
                var request = volume.expand(to: 128 << 20)
                change(&request)
                await expectRefusal(code, naming: words, in: words) {
                    try await controller.controller.controllerExpandVolume(request)
                }
            }
            await expand(.invalidArgument, "capacity_range") { $0.capacityRange = nil }
            await expand(.invalidArgument, "neither") { $0.capacityRange = CapacityRange() }
            await expand(.invalidArgument, "negative") { $0.capacityRange = CapacityRange(requiredBytes: -5) }
            await expand(.outOfRange, "limits") {
                $0.capacityRange = CapacityRange(requiredBytes: 128 << 20, limitBytes: 1)
            }
            await expand(.outOfRange, "limit_bytes") { $0.capacityRange = CapacityRange(limitBytes: 32 << 20) }
            await expand(.outOfRange, "largest") { $0.capacityRange = CapacityRange(requiredBytes: .max) }
            await expand(.invalidArgument, "not offered") {
                $0.volumeCapability = .filesystem(mode: .multiNodeMultiWriter)
            }
            await expand(.invalidArgument, "access_type") { $0.volumeCapability = VolumeCapability() }
            await expand(.invalidArgument, "secrets") { $0.secrets = [:] }
            await expand(.unauthenticated, "userKey") {
                $0.secrets["userKey"] = "AQBvZ2VsAAAAABAAb2dlbGJlaXNzdHZvZ2VsIQ=="
            }
        }
    }

    @Test("Capabilities that the volume has are confirmed, others answered with a reason")
    func validates() async throws {
        try await Self.with { _, controller, volume in
            func validate(
                _ capability: VolumeCapability,
                parameters: [String: String] = [:],
                context: [String: String]? = nil
            ) async throws -> ValidateVolumeCapabilitiesResponse {
                try await controller.controller.validateVolumeCapabilities(
                    ValidateVolumeCapabilitiesRequest(
                        volumeID: volume.id,
                        volumeContext: context ?? volume.context,
                        volumeCapabilities: [capability],
                        parameters: parameters,
                        secrets: volume.plan.secrets
                    )
                )
            }
            for mode in [
                VolumeCapability.AccessMode.Mode.singleNodeWriter, .singleNodeReaderOnly, .singleNodeSingleWriter,
                .singleNodeMultiWriter,
            ] {
                let answer = try await validate(.filesystem(mode: mode), parameters: volume.plan.parameters)
                #expect(answer.confirmed?.volumeCapabilities == [.filesystem(mode: mode)], "\(answer)")
                #expect(answer.confirmed?.volumeContext == volume.context)
            }
            for answer in [
                try await validate(.rawBlock()), try await validate(.filesystem(mode: .multiNodeMultiWriter)),
                try await validate(.filesystem("btrfs")),
                try await validate(.filesystem(), parameters: ["pool": "another"]),
                try await validate(.filesystem(), context: ["imageName": "another"]),
            ] {
                #expect(answer.confirmed == nil)
                #expect(!answer.message.isEmpty)
            }
            await expectRefusal(.invalidArgument, naming: "volume_capabilities") {
                try await controller.controller.validateVolumeCapabilities(
                    ValidateVolumeCapabilitiesRequest(volumeID: volume.id, secrets: volume.plan.secrets)
                )
            }
        }
    }

    @Test("A volume with a snapshot is not deleted, and is when the snapshot has gone")
    func snapshots() async throws {
        try await Self.with { installation, controller, volume in
            try await installation.context.withImage(.name(volume.imageName), readOnly: false) {
                try $0.createSnapshot("s")
            }
            await expectRefusal(.failedPrecondition, naming: "snapshot") { try await controller.delete(volume) }
            try await installation.context.withImage(.name(volume.imageName), readOnly: false) {
                try $0.removeSnapshot("s")
            }
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }
}
