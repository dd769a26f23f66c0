// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore

/// Calls whose answers tests look at in many places, each with a deadline.
extension Peer {
    /// An id that no plugin has given.
    static let strangeID = "fake-vol-id"

    func delete(_ volumeID: String) async throws {
        _ = try await self.controller.deleteVolume(
            DeleteVolumeRequest(volumeID: volumeID, secrets: self.secrets),
            timeout: Self.patience
        )
    }

    func deleteSnapshot(_ snapshotID: String) async throws {
        _ = try await self.controller.deleteSnapshot(
            DeleteSnapshotRequest(snapshotID: snapshotID, secrets: self.secrets),
            timeout: Self.patience
        )
    }

    /// Every page of ListVolumes, and what it lists; no page has more than `entries`.
    func volumes(by entries: Int32) async throws -> [[ListVolumesResponse.Entry]] {
        var pages: [[ListVolumesResponse.Entry]] = []
        var token = ""
        repeat {
            let answer = try await self.controller.listVolumes(
                ListVolumesRequest(maxEntries: entries, startingToken: token),
                timeout: Self.patience
            )
            pages.append(answer.entries)
            token = answer.nextToken
        } while !token.isEmpty
        return pages
    }

    /// Every page of ListSnapshots.
    func snapshots(by entries: Int32, of volumeID: String = "") async throws -> [[Snapshot]] {
        var pages: [[Snapshot]] = []
        var token = ""
        repeat {
            let answer = try await self.controller.listSnapshots(
                ListSnapshotsRequest(
                    maxEntries: entries,
                    startingToken: token,
                    sourceVolumeID: volumeID,
                    secrets: self.secrets
                ),
                timeout: Self.patience
            )
            pages.append(answer.entries.compactMap(\.snapshot))
            token = answer.nextToken
        } while !token.isEmpty
        return pages
    }
}
