// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore
internal import Locker
internal import LockerProto

extension ControllerServer {
    package func listSnapshots(
        _ request: ListSnapshotsRequest,
        context: ServerContext
    ) async throws -> ListSnapshotsResponse {
        let limit = try Self.limit(request.maxEntries)
        try FieldRules.secrets(request.secrets)
        let start = try PageToken(reading: request.startingToken, of: .snapshots)?.position
        if !request.snapshotID.isEmpty { return try await self.listOne(request) }
        var source: VolumeHandle?
        let places: [RecordPlace]
        if request.sourceVolumeID.isEmpty {
            places = try await self.places(after: start, secrets: request.secrets)
        } else {
            // A volume that does not exist has no snapshots.
            guard let (handle, entry) = try self.handle(request.sourceVolumeID) else { return ListSnapshotsResponse() }
            let location = try self.location(request, of: handle, on: entry)
            let candidates = self.candidates(entry)
            places = try await self.volumes.place(of: handle, at: location, candidates: candidates).map { [$0] } ?? []
            source = handle
        }
        let configuration = try self.catalog.clusters()
        let page = try await self.volumes.snapshots(of: source, in: places, after: start, limit: limit)
        let entries = try page.entries.map { entry in
            // The handle names the cluster as the volume's does, also where config.json has two names for it.
            let digest = try VolumeHandle(reading: entry.record.sourceVolumeID)?.clusterDigest ?? []
            let clusterID = configuration.entry(digest: digest)?.clusterID ?? entry.place.clusterID
            return ListSnapshotsResponse.Entry(
                snapshot: Snapshot(try self.volumes.describe(entry, clusterID: clusterID))
            )
        }
        return ListSnapshotsResponse(
            entries: entries,
            nextToken: page.next.map { PageToken(.snapshots, after: $0).text } ?? ""
        )
    }

    /// The list that is one snapshot, or empty if it does not exist or is another volume's.
    private func listOne(_ request: ListSnapshotsRequest) async throws -> ListSnapshotsResponse {
        guard let (handle, entry) = try self.snapshotHandle(request.snapshotID) else { return ListSnapshotsResponse() }
        let location = try self.location(request, of: handle, on: entry)
        let candidates = self.candidates(entry)
        guard let found = try await self.volumes.findSnapshot(handle, at: location, candidates: candidates) else {
            return ListSnapshotsResponse()
        }
        if !request.sourceVolumeID.isEmpty {
            let source = try VolumeHandle(reading: request.sourceVolumeID)
            guard source?.recordKey.bytes == found.record.sourceKey, source?.imageID == found.record.imageID else {
                return ListSnapshotsResponse()
            }
        }
        return ListSnapshotsResponse(entries: [.init(snapshot: Snapshot(found))])
    }

    /// The request's user, else one who can do without.
    private func location(
        _ request: ListSnapshotsRequest,
        of handle: some RecordHandle,
        on entry: ClusterConfiguration.Entry
    ) throws -> VolumeLocation {
        let target =
            request.secrets.isEmpty
            ? try self.targetWithoutSecrets(of: handle, on: entry) : try self.target(request.secrets, on: entry)
        return VolumeLocation(clusterID: entry.clusterID, target: target)
    }
}
