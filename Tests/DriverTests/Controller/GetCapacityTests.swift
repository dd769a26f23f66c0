// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import TestSupport
internal import Testing

extension LockerProcess {
    /// What new volumes can have, once the cluster knows its numbers.
    func capacity(_ request: GetCapacityRequest) async throws -> GetCapacityResponse {
        while true {
            do {
                return try await self.controller.getCapacity(request, timeout: Self.patience)
            } catch let error as RPCError where error.code == .unavailable {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }
}

/// GetCapacity, as the provisioner calls it for each class and place.
@Suite(.timeLimit(.minutes(3)))
struct GetCapacityTests {
    @Test("With a user of its own it answers for a class and for none; what no volume can be has no capacity")
    func withIdentity() async throws {
        try await Installation.alone { installation in
            let controller = try await installation.controller(hasIdentity: true)
            let parameters = installation.parameters
            let plain = try await controller.capacity(GetCapacityRequest(parameters: parameters))
            #expect(plain.availableCapacity > 1 << 30 && plain.availableCapacity < 20 << 30)
            #expect(plain.maximumVolumeSize == plain.availableCapacity / 512 * 512)
            #expect(plain.minimumVolumeSize == 4 << 20)
            let xfs = try await controller.capacity(
                GetCapacityRequest(volumeCapabilities: [.filesystem("xfs")], parameters: parameters)
            )
            #expect(xfs.availableCapacity > 1 << 30 && xfs.minimumVolumeSize == 300 << 20)
            let all = try await controller.capacity(GetCapacityRequest())
            #expect(all.availableCapacity > 1 << 30 && all.availableCapacity < 20 << 30)
            let anywhere = try await controller.capacity(
                GetCapacityRequest(
                    parameters: parameters,
                    accessibleTopology: Topology(segments: ["topology.rbd.locker.csi/plugin": "present"])
                )
            )
            #expect(anywhere.availableCapacity > 1 << 30)
            for capability in [VolumeCapability.filesystem("btrfs"), .filesystem(mode: .multiNodeMultiWriter)] {
                for parameters in [parameters, [:]] {
                    let none = try await controller.capacity(
                        GetCapacityRequest(volumeCapabilities: [capability], parameters: parameters)
                    )
                    #expect(none.availableCapacity == 0 && none.maximumVolumeSize == 0)
                }
            }
            for (change, words) in [("pool", "pool"), ("clusterID", "clusterID")] {
                var wrong = parameters
                wrong[change] = "none"
                await expectRefusal(.invalidArgument, naming: words, "none", in: words) {
                    try await controller.controller.getCapacity(GetCapacityRequest(parameters: wrong))
                }
            }
            await expectRefusal(.invalidArgument, naming: "overcomit") {
                try await controller.controller.getCapacity(
                    GetCapacityRequest(parameters: parameters.merging(["overcomit": "2"]) { $1 })
                )
            }
        }
    }

    @Test("Without one it says what is needed, until a volume was made")
    func withoutIdentity() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            for parameters in [installation.parameters, [:]] {
                await expectRefusal(.failedPrecondition, naming: "--instance-config") {
                    try await controller.controller.getCapacity(GetCapacityRequest(parameters: parameters))
                }
            }
            let volume = try await controller.create(installation.plan(), of: installation)
            for parameters in [installation.parameters, [:]] {
                let answer = try await controller.capacity(GetCapacityRequest(parameters: parameters))
                #expect(answer.availableCapacity > 1 << 30)
            }
            try await controller.delete(volume)
        }
    }

    @Test("A volume larger than its layout allows is refused with the number, new or growing")
    func largest() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            var plan = installation.plan(.rawBlock())
            plan.parameters["objectSize"] = "4096"
            let volume = try await controller.create(plan, of: installation)
            let largest: Int64 = 256_000_000 << 12
            await expectRefusal(.outOfRange, naming: "\(largest)") {
                try await controller.expand(volume, to: largest + 1)
            }
            plan.name = "another"
            plan.bytes = largest + 1
            await expectRefusal(.outOfRange, naming: "\(largest)", "objectSize") {
                try await controller.create(plan, of: installation)
            }
            try await controller.delete(volume)
        }
    }
}
