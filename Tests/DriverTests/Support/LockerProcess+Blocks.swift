// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Synchronization

/// What a stream of blocks has brought.
struct BlockAnswer: Sendable {
    /// The messages' tuples.
    var messages: [[BlockMetadata]] = []
    var capacities: Set<Int64> = []
    var types: Set<BlockMetadataType> = []

    /// All tuples.
    var blocks: [BlockMetadata] { self.messages.flatMap { $0 } }

    /// The bytes of all tuples.
    var total: Int64 { self.blocks.reduce(0) { $0 + $1.sizeBytes } }
}

extension LockerProcess {
    /// Reads all blocks of a snapshot.
    func allocated(_ request: GetMetadataAllocatedRequest, timeout: Duration = patience) async throws -> BlockAnswer {
        let answer = Mutex(BlockAnswer())
        try await self.snapshots.getMetadataAllocated(request, timeout: timeout) { message in
            answer.withLock {
                $0.messages.append(message.blockMetadata)
                $0.capacities.insert(message.volumeCapacityBytes)
                $0.types.insert(message.blockMetadataType)
            }
        }
        return answer.withLock { $0 }
    }

    /// Reads all blocks that differ between two snapshots.
    func delta(_ request: GetMetadataDeltaRequest, timeout: Duration = patience) async throws -> BlockAnswer {
        let answer = Mutex(BlockAnswer())
        try await self.snapshots.getMetadataDelta(request, timeout: timeout) { message in
            answer.withLock {
                $0.messages.append(message.blockMetadata)
                $0.capacities.insert(message.volumeCapacityBytes)
                $0.types.insert(message.blockMetadataType)
            }
        }
        return answer.withLock { $0 }
    }
}
