// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore
internal import Locker
internal import LockerProto
internal import ProtobufC

extension ControllerServer {
    package func createSnapshot(
        _ request: CreateSnapshotRequest,
        context: ServerContext
    ) async throws -> CreateSnapshotResponse {
        try FieldRules.required(request.sourceVolumeID, "source_volume_id")
        try FieldRules.name(request.name, "name")
        try FieldRules.map(request.parameters, "parameters")
        let parameters = try SnapshotParameters(request.parameters)
        guard let (source, entry) = try self.handle(request.sourceVolumeID) else {
            throw LockerError(.notFound, "volume \(request.sourceVolumeID) does not exist")
        }
        let location = VolumeLocation(clusterID: entry.clusterID, target: try self.target(request.secrets, on: entry))
        let snapshot = SnapshotRequest(name: request.name, source: source, parameters: parameters)
        let description = try await self.operations.run(
            key: self.volumes.snapshotKey(named: request.name).hex,
            label: "snapshot \"\(request.name)\"",
            what: "CreateSnapshot",
            request: request
        ) {
            try await self.volumes.createSnapshot(snapshot, at: location, candidates: self.candidates(entry))
        }
        return CreateSnapshotResponse(snapshot: Snapshot(description))
    }

    package func deleteSnapshot(
        _ request: DeleteSnapshotRequest,
        context: ServerContext
    ) async throws -> DeleteSnapshotResponse {
        try FieldRules.required(request.snapshotID, "snapshot_id")
        // A text that Locker never wrote names a snapshot that does not exist.
        guard let (handle, entry) = try self.snapshotHandle(request.snapshotID) else { return DeleteSnapshotResponse() }
        let location = VolumeLocation(clusterID: entry.clusterID, target: try self.target(request.secrets, on: entry))
        try await self.operations.run(
            key: handle.recordKey.hex,
            label: "snapshot \(handle.text)",
            what: "DeleteSnapshot",
            request: request
        ) {
            try await self.volumes.deleteSnapshot(handle, at: location, candidates: self.candidates(entry))
        }
        return DeleteSnapshotResponse()
    }

    package func getSnapshot(
        _ request: GetSnapshotRequest,
        context: ServerContext
    ) async throws -> GetSnapshotResponse {
        try FieldRules.required(request.snapshotID, "snapshot_id")
        guard let (handle, entry) = try self.snapshotHandle(request.snapshotID) else {
            throw LockerError(.notFound, "snapshot \(request.snapshotID) does not exist")
        }
        let location = VolumeLocation(clusterID: entry.clusterID, target: try self.target(request.secrets, on: entry))
        let candidates = self.candidates(entry)
        guard let found = try await self.volumes.findSnapshot(handle, at: location, candidates: candidates) else {
            throw LockerError(.notFound, "snapshot \(request.snapshotID) does not exist")
        }
        return GetSnapshotResponse(snapshot: Snapshot(found))
    }
}

extension Snapshot {
    /// A snapshot as the calls answer it: usable as soon as it is recorded.
    init(_ snapshot: SnapshotDescription) {
        let record = snapshot.record
        self.init(
            sizeBytes: snapshot.sizeBytes,
            snapshotID: snapshot.handle.text,
            sourceVolumeID: record.sourceVolumeID,
            creationTime: Timestamp(
                seconds: record.takenAt / 1000,
                nanos: Int32(truncatingIfNeeded: record.takenAt % 1000) * 1_000_000
            ),
            readyToUse: true,
            groupSnapshotID: record.groupSnapshotID
        )
    }
}
