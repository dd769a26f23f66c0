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
            let mine = try await self.attachments.claim(of: request.handle, in: $0)
            guard let mine, !mine.clientAddress.isEmpty, device.clientAddress == mine.clientAddress else {
                return false
            }
            return try await !$0.cluster.isBlocklisted(device.clientAddress)
        }
    }

    /// Whether a device that this node has of a volume fails for good, since its client was fenced.
    func isFenced(_ device: MappedDevice, of handle: VolumeHandle, in io: IOContext) async throws -> Bool {
        guard let mine = try await self.attachments.claim(of: handle, in: io), !mine.clientAddress.isEmpty else {
            return true
        }
        // Named is another one while a data process takes a dead one's device over: it fences that one itself.
        guard mine.clientAddress == device.clientAddress else { return false }
        return try await io.cluster.isBlocklisted(device.clientAddress)
    }

    /// Whether a volume that this node has a device of was taken from it since that was mapped.
    ///
    /// The claim that named the client has gone then, and one that was made since names none.
    func isTaken(_ handle: VolumeHandle, in io: IOContext) async throws -> Bool {
        try await self.attachments.claim(of: handle, in: io)?.clientAddress.isEmpty ?? true
    }

    /// Whether this boot of this node has claimed a volume, and it was not taken since.
    func isClaimed(_ request: StageRequest) async throws -> Bool {
        try await self.withContext(request.handle, key: request.key, could: "look at volume \(request.handle.text)") {
            try await self.isClaimed(request.handle, in: $0)
        }
    }

    /// The same by a context that is there.
    func isClaimed(_ handle: VolumeHandle, in io: IOContext) async throws -> Bool {
        try await self.attachments.claim(of: handle, in: io)?.bootID == self.node.bootID
    }
}
