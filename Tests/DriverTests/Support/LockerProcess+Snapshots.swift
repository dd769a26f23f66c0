// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Testing

/// The calls about snapshots and lists, with a deadline each.
extension LockerProcess {
    /// Takes a snapshot of a volume.
    func snapshot(_ name: String = "snapshot-1", of volume: MadeVolume) async throws -> Snapshot {
        let request = CreateSnapshotRequest(sourceVolumeID: volume.id, name: name, secrets: volume.plan.secrets)
        let answer = try await self.controller.createSnapshot(request, timeout: Self.patience)
        return try #require(answer.snapshot)
    }

    /// Removes a snapshot of a volume.
    func delete(_ snapshot: Snapshot, of volume: MadeVolume) async throws {
        let request = DeleteSnapshotRequest(snapshotID: snapshot.snapshotID, secrets: volume.plan.secrets)
        _ = try await self.controller.deleteSnapshot(request, timeout: Self.patience)
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
