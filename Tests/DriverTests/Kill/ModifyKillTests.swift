// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Glibc
internal import RBD
internal import Rados
internal import Testing

/// The controller killed while it changes how fast a volume may be.
@Suite(.timeLimit(.minutes(5)))
struct ModifyKillTests {
    @Test("ControllerModifyVolume is finished by the retry, or by the next change", arguments: KillSteps.modify)
    func modify(step: String) async throws {
        try await Installation.with { installation in
            let first = try await installation.controller()
            let volume = try await first.create(installation.plan(), of: installation)
            await first.terminate()
            for (parameters, next) in [
                (["maxIops": "500"], ["maxIops": "500"]), (["maxIops": "700"], ["maxReadBps": "1Mi"]),
            ] {
                try await installation.expectDeath(at: step) { try await $0.modify(volume, parameters) }
                let controller = try await installation.controller()
                try await controller.modify(volume, next)
                let wanted = parameters["maxIops"]
                let found = try await installation.context.withImage(.name(volume.imageName), readOnly: true) {
                    try $0.metadata("conf_rbd_qos_iops_limit")
                }
                #expect(found == wanted)
                await controller.terminate()
            }
            let controller = try await installation.controller()
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }
}
