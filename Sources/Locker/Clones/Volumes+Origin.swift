// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados

extension Volumes {
    /// Looks at what a volume is to be made from.
    ///
    /// - Parameters:
    ///   - source: a verified handle.
    ///   - cluster: the connection that changes are made with.
    ///   - location: where the new volume is to be.
    ///   - candidates: RADOS namespaces to try first.
    /// - Throws: ``LockerError``: `invalidArgument` if it is on another cluster than the class, `notFound` if it does not
    ///   exist (any more), `aborted` while it is being formatted.
    func origin(
        _ source: VolumeSource,
        on cluster: Cluster,
        location: VolumeLocation,
        candidates: [String]
    ) async throws -> CloneOrigin {
        guard source.clusterDigest == Digest.short(location.clusterID) else {
            throw LockerError(
                .invalidArgument,
                "\(source.label) is on another cluster than the StorageClass, whose clusterID is"
                    + " \"\(location.clusterID)\"; data is not copied from one cluster to another"
            )
        }
        guard let origin = try await self.found(source, on: cluster, candidates: candidates) else {
            throw LockerError(.notFound, "\(source.label), which the volume was to be made from, does not exist")
        }
        guard !origin.isBeingFormatted else {
            throw LockerError(.aborted, "\(origin.label) is being formatted on its node; try again later")
        }
        return origin
    }

    /// The same for a request that the source has to fit; `nil` for a volume that starts empty.
    func origin(of request: VolumeRequest, on io: IOContext, location: VolumeLocation) async throws -> CloneOrigin? {
        guard let source = request.source else { return nil }
        let origin: CloneOrigin
        if case .template(let template) = source {
            origin = try await self.origin(template, for: request, on: io)
        } else {
            origin = try await self.origin(source, on: io.cluster, location: location, candidates: [io.namespace])
        }
        try request.check(copying: origin)
        return origin
    }

    /// Makes the record of a new volume that of a copy.
    func shape(_ record: inout VolumeRecord, source: VolumeSource?, origin: CloneOrigin) async throws {
        record.source = source?.record
        record.filesystem = origin.inherited
        // What is copied byte by byte depends on nothing.
        guard origin.partID == nil, record.encryption == .plain else { return }
        record.cloneDepth = origin.depth + 1
        record.flatten = record.cloneDepth >= CloneLimits.softDepth
        guard origin.snapshotName == nil, !record.flatten else { return }
        record.flatten = try await origin.io.snapshotCount(imageID: origin.imageID) >= CloneLimits.softSnapshots
    }

    private func found(_ source: VolumeSource, on cluster: Cluster, candidates: [String]) async throws -> CloneOrigin? {
        switch source {
        case .volume(let handle):
            guard let place = try await self.place(of: handle, on: cluster, candidates: candidates),
                let found = try await place.store.volume(place.key), found.value.phase == .ready,
                found.value.imageID == handle.imageID
            else { return nil }
            return CloneOrigin(found.value, at: place.key, label: "volume \"\(found.value.requestName)\"", io: place.io)
        case .snapshot(let handle):
            guard let place = try await self.place(of: handle, on: cluster, candidates: candidates),
                let found = try await place.store.record(SnapshotRecord.self, at: place.key),
                found.value.phase == .ready, found.value.snapshotID == handle.snapshotID
            else { return nil }
            return CloneOrigin(found.value, label: "snapshot \"\(found.value.requestName)\"", io: place.io)
        case .template:
            return nil
        }
    }
}
