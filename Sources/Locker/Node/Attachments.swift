// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto
package import Rados
internal import SystemPackage

/// A node's claims on volumes: one writer at a time, by comparing records.
///
/// The claim is made before the image is mapped and given back after it is unmapped, so that a second node is refused
/// whether or not the first still answers. The exclusive lock is no guard, since it is handed over on request.
package struct Attachments: Sendable {
    let records: HandledRecords
    let node: NodeIdentity
    let clock: WallClock

    /// The claims of a node.
    package init(layouts: LayoutCache, node: NodeIdentity, clock: WallClock = .system) {
        self.records = HandledRecords(layouts: layouts)
        self.node = node
        self.clock = clock
    }

    /// The record of a volume that exists and is the handle's.
    ///
    /// - Throws: ``LockerError`` with `notFound`.
    package func record(of handle: VolumeHandle, in io: IOContext) async throws -> VolumeRecord {
        try await self.records.record(of: handle, in: io)
    }

    /// Claims a volume for this node, whether or not ControllerPublishVolume has given it to the node before.
    ///
    /// - Parameters:
    ///   - readOnly: whether nothing is to be written; a publication for reading makes it so too.
    ///   - accessMode: csi.v1.VolumeCapability.AccessMode.Mode.
    /// - Returns: the record afterwards.
    /// - Throws: ``LockerError`` with `failedPrecondition`, naming the node that has the volume.
    package func claim(
        _ handle: VolumeHandle,
        in io: IOContext,
        readOnly: Bool,
        accessMode: Int32 = 0
    ) async throws -> VolumeRecord {
        try await self.records.update(handle, in: io) { record in
            let before = record.attachment(to: self.node.nodeID) ?? Attachment(nodeID: self.node.nodeID)
            var mine = before
            mine.readOnly = readOnly || before.isPublishedForReading
            mine.accessMode = accessMode
            try record.requireFree(for: mine)
            let isSame = mine == before && mine.bootID == self.node.bootID && mine.claimedAt > 0
            guard !isSame else { return false }
            if mine.bootID != self.node.bootID {
                // The client of before the restart is nobody's any more. One of this start may still be there.
                mine.clientAddress = ""
                mine.mapper = ""
            }
            mine.bootID = self.node.bootID
            mine.claimedAt = self.clock.milliseconds
            record.attach(mine)
            return true
        }
    }

    /// Notes which client instance maps the image: what a fence would take.
    package func note(
        clientAddress: String,
        mapper: String,
        on handle: VolumeHandle,
        in io: IOContext
    ) async throws -> VolumeRecord {
        try await self.records.update(handle, in: io) { record in
            guard let index = record.attachments.firstIndex(where: { $0.nodeID == self.node.nodeID }) else {
                throw Self.taken(record)
            }
            let mine = record.attachments[index]
            guard mine.clientAddress != clientAddress || mine.mapper != mapper else { return false }
            record.attachments[index].clientAddress = clientAddress
            record.attachments[index].mapper = mapper
            return true
        }
    }

    /// Gives a volume back; one that is gone, or not this node's, is left alone.
    ///
    /// What ControllerPublishVolume gave stays the node's until ControllerUnpublishVolume takes it; only the claim ends.
    package func release(_ handle: VolumeHandle, in io: IOContext) async throws {
        do {
            try await self.records.update(handle, in: io) { record in
                guard let before = record.attachment(to: self.node.nodeID) else { return false }
                guard before.isPublished else {
                    record.attachments.removeAll { $0 == before }
                    return true
                }
                guard before.claimedAt > 0 else { return false }
                var mine = before
                mine.bootID = ""
                mine.claimedAt = 0
                mine.clientAddress = ""
                mine.mapper = ""
                mine.readOnly = before.isPublishedForReading
                mine.accessMode = before.capability?.accessMode ?? 0
                record.attach(mine)
                return true
            }
        } catch let error as LockerError where error.code == .notFound {
            return
        }
    }

    /// This node's attachment, if it has claimed the volume: not so once it was taken and the client fenced.
    package func claim(of handle: VolumeHandle, in io: IOContext) async throws -> Attachment? {
        let mine = try await self.record(of: handle, in: io).attachment(to: self.node.nodeID)
        guard let mine, mine.claimedAt > 0 else { return nil }
        return mine
    }

    /// Whether this node has the volume.
    package func holds(_ record: VolumeRecord) -> Bool {
        record.attachment(to: self.node.nodeID) != nil
    }

    /// The failure of a step on a volume that this node had.
    static func taken(_ record: VolumeRecord) -> LockerError {
        LockerError(.aborted, "volume \"\(record.requestName)\" was taken from this node while it was staged")
    }
}
