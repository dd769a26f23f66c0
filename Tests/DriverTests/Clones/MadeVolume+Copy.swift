// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Testing

extension MadeVolume {
    /// As a source.
    var source: VolumeContentSource { VolumeContentSource(kind: .volume(.init(volumeID: self.id))) }

    /// A copy of it, for the same use.
    func copyPlan(of installation: Installation, bytes: Int64? = nil) -> VolumePlan {
        var plan = installation.plan(self.plan.capability, bytes: bytes ?? self.capacity)
        plan.source = self.source
        return plan
    }

    /// Takes a snapshot of it, as a source.
    func snapshot(by controller: LockerProcess) async throws -> VolumeContentSource {
        let request = CreateSnapshotRequest(
            sourceVolumeID: self.id,
            name: "snapshot-of-\(self.plan.name)",
            secrets: self.plan.secrets
        )
        let answer = try await controller.controller.createSnapshot(request, timeout: LockerProcess.patience)
        return VolumeContentSource(kind: .snapshot(.init(snapshotID: try #require(answer.snapshot).snapshotID)))
    }
}
