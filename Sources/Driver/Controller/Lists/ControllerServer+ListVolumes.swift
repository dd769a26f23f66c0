// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore
internal import Locker
internal import LockerProto

extension ControllerServer {
    package func listVolumes(
        _ request: ListVolumesRequest,
        context: ServerContext
    ) async throws -> ListVolumesResponse {
        let limit = try Self.limit(request.maxEntries)
        let start = try PageToken(reading: request.startingToken, of: .volumes)?.position
        let configuration = try self.catalog.clusters()
        let page = try await self.volumes.volumes(in: self.places(after: start), after: start, limit: limit)
        let entries = try page.entries.map { entry in
            // The handle names the cluster as the class did, also where config.json has two names for it.
            let named = entry.record.parameters[VolumeContext.clusterID] ?? ""
            let isKnown = configuration.entries.contains { $0.clusterID == named }
            let volume = try self.volumes.describe(entry, clusterID: isKnown ? named : entry.place.clusterID)
            return ListVolumesResponse.Entry(
                volume: Volume(volume),
                status: .init(
                    publishedNodeIDs: Self.nodes(of: volume.record),
                    volumeCondition: VolumeCondition(VolumeHealth(record: volume.record))
                )
            )
        }
        return ListVolumesResponse(
            entries: entries,
            nextToken: page.next.map { PageToken(.volumes, after: $0).text } ?? ""
        )
    }

    package func controllerGetVolume(
        _ request: ControllerGetVolumeRequest,
        context: ServerContext
    ) async throws -> ControllerGetVolumeResponse {
        try FieldRules.required(request.volumeID, "volume_id")
        guard let (handle, entry) = try self.handle(request.volumeID) else {
            throw LockerError(.notFound, "volume \(request.volumeID) does not exist")
        }
        let target = try self.targetWithoutSecrets(of: handle, on: entry)
        let location = VolumeLocation(clusterID: entry.clusterID, target: target)
        let candidates = self.candidates(entry)
        guard let volume = try await self.volumes.find(handle, at: location, candidates: candidates) else {
            throw LockerError(.notFound, "volume \(request.volumeID) does not exist")
        }
        return ControllerGetVolumeResponse(
            volume: Volume(volume),
            status: .init(
                publishedNodeIDs: Self.nodes(of: volume.record),
                volumeCondition: VolumeCondition(try await self.volumes.examine(volume, at: location))
            )
        )
    }

    /// The nodes that have a volume, or may have it.
    private static func nodes(of record: VolumeRecord) -> [String] {
        record.attachments.map(\.nodeID).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}

extension Volume {
    /// A volume as lists answer it.
    init(_ volume: VolumeDescription) {
        let topology = volume.record.topology
        self.init(
            capacityBytes: volume.capacityBytes,
            volumeID: volume.handle.text,
            volumeContext: VolumeContext.of(volume),
            contentSource: volume.record.source.flatMap(VolumeContentSource.init),
            accessibleTopology: topology.isEmpty ? [] : [Topology(segments: topology)]
        )
    }
}

extension VolumeContentSource {
    /// What a volume was made from; `nil` for what has no name in CSI, such as a course's template.
    init?(_ source: Source) {
        if !source.snapshotID.isEmpty {
            self.init(kind: .snapshot(SnapshotSource(snapshotID: source.snapshotID)))
        } else if !source.volumeID.isEmpty {
            self.init(kind: .volume(VolumeSource(volumeID: source.volumeID)))
        } else {
            return nil
        }
    }
}

extension VolumeCondition {
    /// What is known of a volume's health.
    init(_ health: VolumeHealth) {
        self.init(abnormal: health.isAbnormal, message: health.message)
    }
}
