// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import SystemPackage

/// The calls of a volume's life, each with a deadline, so that a test fails in words instead of hanging.
extension LockerProcess {
    /// How long a call may take.
    static let patience: Duration = .seconds(60)

    func create(_ plan: VolumePlan, of installation: Installation) async throws -> MadeVolume {
        let answer = try await self.controller.createVolume(plan.request, timeout: Self.patience)
        return try MadeVolume(answer, to: plan, in: installation.directory)
    }

    func delete(_ volume: MadeVolume) async throws {
        _ = try await self.controller.deleteVolume(volume.delete(), timeout: Self.patience)
    }

    @discardableResult
    func expand(_ volume: MadeVolume, to bytes: Int64) async throws -> Int64 {
        try await self.controller.controllerExpandVolume(volume.expand(to: bytes), timeout: Self.patience).capacityBytes
    }

    func stage(_ volume: MadeVolume, on node: String = "n1") async throws {
        _ = try await self.node.nodeStageVolume(volume.stage(on: node), timeout: Self.patience)
    }

    func unstage(_ volume: MadeVolume, on node: String = "n1") async throws {
        _ = try await self.node.nodeUnstageVolume(volume.unstage(on: node), timeout: Self.patience)
    }

    func publish(_ volume: MadeVolume, on node: String = "n1", pod: String = "pod") async throws {
        _ = try await self.node.nodePublishVolume(volume.publish(on: node, pod: pod), timeout: Self.patience)
    }

    func unpublish(_ volume: MadeVolume, on node: String = "n1", pod: String = "pod") async throws {
        _ = try await self.node.nodeUnpublishVolume(volume.unpublish(on: node, pod: pod), timeout: Self.patience)
    }

    @discardableResult
    func grow(_ volume: MadeVolume, on node: String = "n1", to bytes: Int64) async throws -> Int64 {
        try await self.node.nodeExpandVolume(volume.grow(on: node, to: bytes), timeout: Self.patience).capacityBytes
    }

    func statistics(
        _ volume: MadeVolume,
        on node: String = "n1",
        pod: String = "pod"
    ) async throws -> NodeGetVolumeStatsResponse {
        try await self.node.nodeGetVolumeStats(volume.statistics(on: node, pod: pod), timeout: Self.patience)
    }
}

extension LockerProcess {
    /// Creates a volume as the provisioner does: while another controller is at it, again.
    func insist(on plan: VolumePlan, of installation: Installation) async throws -> MadeVolume {
        while true {
            do {
                return try await self.create(plan, of: installation)
            } catch let error as RPCError where error.code == .aborted {
                // The other one finishes it; nothing tells when.
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
