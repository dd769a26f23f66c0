// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Locker
internal import LockerProto
internal import Rados

extension NodeVolumes {
    /// Whether a staged volume was not taken from this node while it was silent: its client would be fenced then.
    func isStillOurs(_ record: StagingRecord, _ request: StageRequest) async throws -> Bool {
        try await self.withContext(request.handle, key: request.key, could: "look at volume \(record.volumeID)") {
            try await self.holdsDevice(of: request.handle, in: $0)
        }
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

    /// Whether this node has a volume by the client that its device has.
    ///
    /// A data process that takes a dead one's device over has the record name it before it serves.
    private func holdsDevice(of handle: VolumeHandle, in io: IOContext) async throws -> Bool {
        guard let mine = try await self.attachments.claim(of: handle, in: io), !mine.clientAddress.isEmpty,
            let device = try await self.mappers.device(volumeID: handle.text, imageID: handle.imageID),
            device.clientAddress == mine.clientAddress
        else { return false }
        return try await !io.cluster.isBlocklisted(device.clientAddress)
    }
}
