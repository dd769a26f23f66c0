// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore
internal import Locker
internal import Rados
internal import Redaction

/// The SnapshotMetadata service: which blocks a snapshot has, and which differ between two, as streams.
///
/// Nothing is changed, so nothing waits for other operations on the volume. A client that is slow holds nothing but
/// its stream; one that has gone ends the reading within a piece of the image.
package struct SnapshotMetadataServer: SnapshotMetadataService {
    /// Tuples of a message where the client leaves it to the plugin.
    static let defaultResults = 1024

    /// Tuples of a message at most, far below the 4 MiB that a message may have.
    static let mostResults = 32_768

    private let controller: ControllerServer

    /// Streams of the snapshots that a controller takes.
    package init(controller: ControllerServer) {
        self.controller = controller
    }

    package func getMetadataAllocated(
        _ request: GetMetadataAllocatedRequest,
        writer: RPCWriter<GetMetadataAllocatedResponse>,
        context: ServerContext
    ) async throws {
        let target = try self.snapshot(request.snapshotID, "snapshot_id")
        try await self.stream(
            target,
            since: nil,
            from: request.startingOffset,
            results: try Self.results(request.maxResults),
            secrets: request.secrets
        ) { @Sendable blocks, capacity in
            try await writer.write(
                GetMetadataAllocatedResponse(
                    blockMetadataType: .variableLength,
                    volumeCapacityBytes: capacity,
                    blockMetadata: blocks
                )
            )
        }
    }

    package func getMetadataDelta(
        _ request: GetMetadataDeltaRequest,
        writer: RPCWriter<GetMetadataDeltaResponse>,
        context: ServerContext
    ) async throws {
        let base = try self.snapshot(request.baseSnapshotID, "base_snapshot_id")
        let target = try self.snapshot(request.targetSnapshotID, "target_snapshot_id")
        guard base.entry.clusterID == target.entry.clusterID else {
            throw FieldError("base_snapshot_id", "is on another cluster than target_snapshot_id")
        }
        try await self.stream(
            target,
            since: base.handle,
            from: request.startingOffset,
            results: try Self.results(request.maxResults),
            secrets: request.secrets
        ) { @Sendable blocks, capacity in
            try await writer.write(
                GetMetadataDeltaResponse(
                    blockMetadataType: .variableLength,
                    volumeCapacityBytes: capacity,
                    blockMetadata: blocks
                )
            )
        }
    }

    private typealias Found = (handle: SnapshotHandle, entry: ClusterConfiguration.Entry)

    private func snapshot(_ text: String, _ field: String) throws -> Found {
        try FieldRules.required(text, field)
        guard let found = try self.controller.snapshotHandle(text) else {
            throw LockerError(.notFound, "\(field): snapshot \(text) does not exist")
        }
        return found
    }

    private static func results(_ asked: Int32) throws -> Int {
        guard asked >= 0 else { throw FieldError("max_results", "\(asked) is negative") }
        return asked == 0 ? self.defaultResults : min(Int(asked), self.mostResults)
    }

    /// Reads blocks and writes them in messages of at most `results`, each when it is full, and the rest at the end.
    private func stream(
        _ target: Found,
        since base: SnapshotHandle?,
        from offset: Int64,
        results: Int,
        secrets: [String: Secret],
        _ write: @escaping @Sendable (_ blocks: [BlockMetadata], _ capacity: Int64) async throws -> Void
    ) async throws {
        try FieldRules.secrets(secrets)
        let stop = StopFlag()
        let user = try self.controller.target(secrets, on: target.entry)
        try await withRPCCancellationHandler {
            do {
                var scan = try await self.controller.volumes.blocks(
                    of: target.handle,
                    since: base,
                    from: offset,
                    at: VolumeLocation(clusterID: target.entry.clusterID, target: user),
                    candidates: self.controller.candidates(target.entry),
                    stop: stop
                )
                var blocks: [BlockMetadata] = []
                var isFirst = true
                while let runs = try await scan.next() {
                    for run in runs {
                        blocks.append(BlockMetadata(byteOffset: run.offset, sizeBytes: run.length))
                        guard blocks.count == results else { continue }
                        try await write(blocks, scan.capacityBytes)
                        blocks.removeAll(keepingCapacity: true)
                        isFirst = false
                    }
                }
                // One message at least, so that the capacity is known of a volume without blocks too.
                if isFirst || !blocks.isEmpty { try await write(blocks, scan.capacityBytes) }
            } catch is CancellationError where stop.isSet {
                throw RPCError(code: .cancelled, message: "the client has gone")
            }
        } onCancelRPC: {
            stop.set()
        }
    }
}
