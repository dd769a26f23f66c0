// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Redaction
internal import Testing

/// The calls about snapshots, copies and lists, with a deadline each.
extension LockerProcess {
    /// Takes a snapshot of a volume.
    func snapshot(_ name: String = "snapshot-1", of volume: MadeVolume) async throws -> Snapshot {
        let request = CreateSnapshotRequest(sourceVolumeID: volume.id, name: name, secrets: volume.plan.secrets)
        let answer = try await self.controller.createSnapshot(request, timeout: Self.patience)
        return try #require(answer.snapshot)
    }

    /// Removes a snapshot of a volume.
    func delete(_ snapshot: Snapshot, of volume: MadeVolume) async throws {
        try await self.deleteSnapshot(snapshot.snapshotID, secrets: volume.plan.secrets)
    }

    /// Removes a snapshot by its id.
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

    /// The ids of every volume in the list, page by page.
    func volumes(by entries: Int32 = 0) async throws -> [String] {
        var ids: [String] = []
        var token = ""
        repeat {
            let request = ListVolumesRequest(maxEntries: entries, startingToken: token)
            let page = try await self.controller.listVolumes(request, timeout: Self.patience)
            ids += page.entries.compactMap(\.volume?.volumeID)
            token = page.nextToken
        } while !token.isEmpty
        return ids
    }
}

extension VolumeContentSource.Kind {
    static func copy(of volume: MadeVolume) -> Self { .volume(.init(volumeID: volume.id)) }
    static func copy(of snapshot: Snapshot) -> Self { .snapshot(.init(snapshotID: snapshot.snapshotID)) }
}
