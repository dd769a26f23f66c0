// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import RBD
internal import Rados
internal import SystemPackage
internal import Testing

extension LockerProcess {
    /// Changes how fast a volume may be.
    func modify(_ volume: MadeVolume, _ parameters: [String: String]) async throws {
        let request = ControllerModifyVolumeRequest(
            volumeID: volume.id,
            secrets: volume.plan.secrets,
            mutableParameters: parameters
        )
        _ = try await self.controller.controllerModifyVolume(request, timeout: Self.patience)
    }
}

/// ControllerModifyVolume, and the mutable parameters of CreateVolume.
@Suite(.timeLimit(.minutes(5)))
struct ModifyVolumeTests {
    @Test("A limit slows a mounted volume down while it is in use, and without it the volume is as fast as before")
    func live() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let volume = try await controller.create(installation.plan(), of: installation)
            _ = try await installation.data()
            let node = try await installation.node(options: ["--max-volumes-per-node", "7"])
            try await node.stage(volume)
            try await node.publish(volume)
            let file = volume.target().appending("work")
            _ = try SlowFile.time(file)
            let before = try SlowFile.time(file)
            try await controller.modify(volume, ["maxWriteIops": "10"])
            let limited = try SlowFile.time(file)
            try await controller.modify(volume, ["maxWriteIops": "0"])
            let after = try SlowFile.time(file)
            #expect(limited > before * 3, "\(limited) limited, \(before) before")
            #expect(limited > after * 3, "\(limited) limited, \(after) after")
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("Wrong keys and values are refused whole, by name; a volume that is gone is not found")
    func refusals() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let volume = try await controller.create(installation.plan(), of: installation)
            try await controller.modify(volume, ["maxIops": "100"])
            for (parameters, words) in [
                (["maxIops": "200", "maxSpeed": "1"], "maxSpeed"), (["maxIops": "200", "maxBps": "fast"], "maxBps"),
                (["maxIops": "200", "burstIops": "50"], "burstIops"),
            ] {
                await expectRefusal(.invalidArgument, naming: words, in: words) {
                    try await controller.modify(volume, parameters)
                }
            }
            let metadata = try await installation.context.withImage(.name(volume.imageName), readOnly: true) {
                try $0.metadata().filter { $0.key.hasPrefix("conf_") }
            }
            #expect(metadata == ["conf_rbd_qos_iops_limit": "100"])
            await expectRefusal(.invalidArgument, naming: "volume_id") {
                try await controller.controller.controllerModifyVolume(.init(mutableParameters: ["maxIops": "1"]))
            }
            await expectRefusal(.notFound, naming: "does not exist") {
                try await controller.controller.controllerModifyVolume(
                    .init(volumeID: "never", secrets: installation.secrets, mutableParameters: ["maxIops": "1"])
                )
            }
            try await controller.delete(volume)
            await expectRefusal(.notFound, naming: "does not exist") {
                try await controller.modify(volume, ["maxIops": "1"])
            }
        }
    }

    @Test("A volume is made with its limits; the same name with others exists already; validation compares them")
    func atCreation() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let plan = installation.plan()
            var request = plan.request
            request.mutableParameters = ["maxIops": "2k", "burstIops": "4k", "maxReadBps": "100Mi"]
            let volume = try MadeVolume(
                try await controller.controller.createVolume(request),
                to: plan,
                in: installation.directory
            )
            let metadata = try await installation.context.withImage(.name(volume.imageName), readOnly: true) {
                try $0.metadata().filter { $0.key.hasPrefix("conf_") }
            }
            #expect(
                metadata == [
                    "conf_rbd_qos_iops_limit": "2000", "conf_rbd_qos_iops_burst": "4000",
                    "conf_rbd_qos_read_bps_limit": "104857600",
                ]
            )
            request.mutableParameters["maxIops"] = "2000"
            #expect(try await controller.controller.createVolume(request).volume?.volumeID == volume.id)
            await expectRefusal(.alreadyExists, naming: "mutable_parameters") {
                try await controller.create(plan, of: installation)
            }
            request.mutableParameters["burstIops"] = "1"
            request.name = "another"
            await expectRefusal(.invalidArgument, naming: "burstIops") {
                try await controller.controller.createVolume(request)
            }
            for (parameters, isRight) in [
                (["maxIops": "2000"], true), (["maxBps": "0"], true), (["maxIops": "2001"], false),
                (["speed": "1"], false),
            ] {
                let answer = try await controller.controller.validateVolumeCapabilities(
                    ValidateVolumeCapabilitiesRequest(
                        volumeID: volume.id,
                        volumeCapabilities: [plan.capability],
                        secrets: plan.secrets,
                        mutableParameters: parameters
                    )
                )
                #expect((answer.confirmed != nil) == isRight, "\(parameters): \(answer.message)")
                #expect((answer.confirmed?.mutableParameters ?? parameters) == parameters)
            }
        }
    }
}
