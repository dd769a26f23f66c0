// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Redaction
internal import TestSupport

/// What the snapshotter and the provisioner ask of a controller.
extension LockerProcess {
    /// Takes a snapshot.
    func snapshot(_ name: String, of volume: MadeVolume) async throws -> Snapshot {
        let request = CreateSnapshotRequest(sourceVolumeID: volume.id, name: name, secrets: volume.plan.secrets)
        let answer = try await self.controller.createSnapshot(request, timeout: Self.patience)
        guard let snapshot = answer.snapshot else { throw SetUpError("CreateSnapshot answered no snapshot") }
        return snapshot
    }

    func deleteSnapshot(_ id: String, secrets: [String: Secret]) async throws {
        let request = DeleteSnapshotRequest(snapshotID: id, secrets: secrets)
        _ = try await self.controller.deleteSnapshot(request, timeout: Self.patience)
    }

    /// Makes a volume that starts as a copy.
    func create(
        _ plan: VolumePlan,
        from source: VolumeContentSource.Kind,
        of installation: Installation
    ) async throws -> MadeVolume {
        var request = plan.request
        request.volumeContentSource = VolumeContentSource(kind: source)
        let answer = try await self.controller.createVolume(request, timeout: Self.patience)
        return try MadeVolume(answer, to: plan, in: installation.directory)
    }
}

extension VolumeContentSource.Kind {
    static func copy(of volume: MadeVolume) -> Self { .volume(.init(volumeID: volume.id)) }
    static func copy(of snapshot: Snapshot) -> Self { .snapshot(.init(snapshotID: snapshot.snapshotID)) }
}
