// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import RBD
internal import Rados
internal import Redaction
internal import TestSupport
internal import Testing

/// What the cluster refuses: a user who may not, a pool without space.
@Suite(.timeLimit(.minutes(10)))
struct ClusterRefusalTests {
    @Test("A user whose caps do not suffice is told so, by object and by what it lacks, and nothing is changed")
    func rights() async throws {
        try await Installation.with { installation in
            let weak = try await installation.cluster.user(
                "weak",
                caps: ["mon": "profile rbd", "osd": "profile rbd-read-only pool=students"]
            )
            let secrets: [String: Secret] = ["userID": Secret(weak.user), "userKey": weak.key]
            let controller = try await installation.controller()
            var plan = installation.plan()
            plan.secrets = secrets
            let words = ["client.weak", "profile rbd"]
            await expectRefusal(.permissionDenied, naming: words[1], in: "create") {
                try await controller.create(plan, of: installation)
            }
            #expect(try await Leftovers.inCluster(installation.context).isEmpty)

            let volume = try await controller.create(installation.plan(), of: installation)
            var publish = volume.attach()
            publish.secrets = secrets
            await expectRefusal(.permissionDenied, naming: words[1], volume.id, in: "publish") {
                try await controller.controller.controllerPublishVolume(publish)
            }
            var expand = volume.expand(to: 64 << 20)
            expand.secrets = secrets
            await expectRefusal(.permissionDenied, naming: words[1], volume.id, in: "expand") {
                try await controller.controller.controllerExpandVolume(expand)
            }
            var delete = volume.delete()
            delete.secrets = secrets
            await expectRefusal(.permissionDenied, naming: words[1], volume.id, in: "delete") {
                try await controller.controller.deleteVolume(delete)
            }
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("In a full pool CreateVolume is RESOURCE_EXHAUSTED at once and leaves nothing; DeleteVolume gives space back")
    func full() async throws {
        let cluster = try await TestCluster.start(store: .memstore, size: 200_000_000)
        do {
            try await Installation.with(cluster) { installation in
                let controller = try await installation.controller()
                let volume = try await controller.create(installation.plan(), of: installation)
                let images = try await installation.context.images().map(\.name)
                try await cluster.fill(installation.context)
                let plan = installation.plan()
                await expectRefusal(.resourceExhausted, naming: "full") {
                    try await controller.create(plan, of: installation)
                }
                #expect(try await installation.context.images().map(\.name) == images)
                try await controller.delete(volume)
                #expect(try await installation.context.images().isEmpty)
                for index in 0..<24 { try await installation.context.remove("fill.\(index)") }
                // With space again the retry goes through.
                let made = try await self.insist(on: plan, by: controller, in: installation)
                try await controller.delete(made)
                try await Leftovers.waitUntilGone(installation.context)
            }
        } catch {
            try await cluster.tearDown()
            throw error
        }
        try await cluster.tearDown()
    }

    /// Creates a volume as the provisioner does: again while the monitors still call the pool full.
    private func insist(
        on plan: VolumePlan,
        by controller: LockerProcess,
        in installation: Installation
    ) async throws -> MadeVolume {
        while true {
            do {
                return try await controller.create(plan, of: installation)
            } catch let error as RPCError where error.code == .resourceExhausted {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }
}
