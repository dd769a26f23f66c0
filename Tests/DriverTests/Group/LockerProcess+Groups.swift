// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Redaction
internal import TestSupport

extension LockerProcess {
    /// Takes a group's snapshot.
    func group(_ name: String, of volumes: [MadeVolume]) async throws -> VolumeGroupSnapshot {
        let request = CreateVolumeGroupSnapshotRequest(
            name: name,
            sourceVolumeIDs: volumes.map(\.id),
            secrets: volumes.first?.plan.secrets ?? [:],
            parameters: [
                "clusterID": Installation.clusterID, "csi.storage.k8s.io/volumegroupsnapshot/name": "nightly",
            ]
        )
        let answer = try await self.groups.createVolumeGroupSnapshot(request, timeout: Self.patience)
        guard let group = answer.groupSnapshot else { throw SetUpError("no group snapshot was answered") }
        return group
    }

    func find(_ group: VolumeGroupSnapshot, secrets: [String: Secret]) async throws -> VolumeGroupSnapshot? {
        let request = GetVolumeGroupSnapshotRequest(
            groupSnapshotID: group.groupSnapshotID,
            snapshotIDs: group.snapshots.map(\.snapshotID),
            secrets: secrets
        )
        return try await self.groups.getVolumeGroupSnapshot(request, timeout: Self.patience).groupSnapshot
    }

    func delete(_ group: VolumeGroupSnapshot, secrets: [String: Secret]) async throws {
        let request = DeleteVolumeGroupSnapshotRequest(
            groupSnapshotID: group.groupSnapshotID,
            snapshotIDs: group.snapshots.map(\.snapshotID),
            secrets: secrets
        )
        _ = try await self.groups.deleteVolumeGroupSnapshot(request, timeout: Self.patience)
    }
}
