// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Locker
internal import LockerProto
internal import Rados

extension NodeVolumes {
    /// Whether a staged volume was not taken from this node while it was silent: its client would be fenced then.
    func isStillOurs(_ request: StageRequest) async throws -> Bool {
        try await self.withContext(request.handle, key: request.key, could: "look at volume \(request.handle.text)") {
            guard
                let device = try await self.mappers.device(
                    volumeID: request.handle.text,
                    imageID: request.handle.imageID
                )
            else { return false }
            guard try await self.notedClient(of: request.handle, in: $0) == device.clientAddress else { return false }
            return try await !$0.cluster.isBlocklisted(device.clientAddress)
        }
    }

    /// Whether a device that this node has of a volume fails for good, since its client was fenced.
    ///
    /// - Parameter noted: the client that the node's claim names.
    func isFenced(_ device: MappedDevice, noted: String?, in io: IOContext) async throws -> Bool {
        guard let noted else { return true }
        // Named is another one while a data process takes a dead one's device over: it fences that one itself.
        guard noted == device.clientAddress else { return false }
        return try await io.cluster.isBlocklisted(noted)
    }

    /// The client that this node's claim on a volume names.
    ///
    /// - Returns: `nil` if a volume that this node has a device of was taken from it since that was mapped: the claim that
    ///   named the client has gone then, and one that was made since names none.
    func notedClient(of handle: VolumeHandle, in io: IOContext) async throws -> String? {
        Self.client(of: try await self.attachments.claim(of: handle, in: io))
    }

    /// The client that a claim names.
    static func client(of claim: Attachment?) -> String? {
        claim.flatMap { $0.clientAddress.isEmpty ? nil : $0.clientAddress }
    }

    /// Whether this boot of this node has claimed a volume, and it was not taken since.
    func isClaimed(_ request: StageRequest) async throws -> Bool {
        try await self.withContext(request.handle, key: request.key, could: "look at volume \(request.handle.text)") {
            try await self.attachments.claim(of: request.handle, in: $0)?.bootID == self.node.bootID
        }
    }
}
