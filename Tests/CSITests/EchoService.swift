// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore

/// Answers with what it was asked, as far as the two messages allow.
struct EchoService: ControllerService, SnapshotMetadataService {
    func createVolume(_ request: CreateVolumeRequest, context: ServerContext) async throws -> CreateVolumeResponse {
        CreateVolumeResponse(volume: Volume(volumeID: request.name, volumeContext: request.parameters))
    }

    /// Sends `max_results` messages, numbered from `starting_offset`.
    func getMetadataAllocated(
        _ request: GetMetadataAllocatedRequest,
        writer: RPCWriter<GetMetadataAllocatedResponse>,
        context: ServerContext
    ) async throws {
        for number in 0..<Int64(request.maxResults) {
            let block = BlockMetadata(byteOffset: request.startingOffset + number, sizeBytes: 1)
            try await writer.write(GetMetadataAllocatedResponse(blockMetadata: [block]))
        }
        guard request.snapshotID.isEmpty else {
            throw RPCError(code: .notFound, message: "no snapshot \(request.snapshotID)")
        }
    }

    func deleteVolume(_ request: DeleteVolumeRequest, context: ServerContext) async throws -> DeleteVolumeResponse {
        DeleteVolumeResponse()
    }

    /// Answers with a text that C would cut.
    func listVolumes(_ request: ListVolumesRequest, context: ServerContext) async throws -> ListVolumesResponse {
        ListVolumesResponse(nextToken: "a\u{0}b")
    }
}
