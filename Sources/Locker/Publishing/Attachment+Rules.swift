// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto

extension Attachment {
    /// csi.v1.VolumeCapability.AccessMode.Mode.MULTI_NODE_READER_ONLY: several nodes, all of which only read.
    package static let multiNodeReaderOnly: Int32 = 3

    /// Whether nothing may be written under an access mode: SINGLE_NODE_READER_ONLY and MULTI_NODE_READER_ONLY.
    package static func isReading(_ accessMode: Int32) -> Bool {
        accessMode == 2 || accessMode == self.multiNodeReaderOnly
    }

    /// Whether ControllerPublishVolume made it; otherwise the node has claimed the volume for itself.
    package var isPublished: Bool { self.publishedAt > 0 }

    /// Whether the node was published the volume for reading only.
    package var isPublishedForReading: Bool {
        self.isPublished && (self.publishedReadOnly || Self.isReading(self.capability?.accessMode ?? 0))
    }

    /// Whether it goes with another node's: neither of them writes, and both were asked for by that access mode.
    func goes(with other: Attachment) -> Bool {
        [self, other].allSatisfy { $0.readOnly && $0.accessMode == Self.multiNodeReaderOnly }
    }
}

extension VolumeRecord {
    /// The attachment of a node.
    package func attachment(to nodeID: String) -> Attachment? {
        self.attachments.first { $0.nodeID == nodeID }
    }

    /// Makes sure that no other node's attachment forbids this one.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition`, naming the node and since when it has the volume.
    func requireFree(for attachment: Attachment) throws(LockerError) {
        let others = self.attachments.filter { $0.nodeID != attachment.nodeID }
        guard let other = others.first(where: { !attachment.goes(with: $0) }) else { return }
        let since = DateText.iso8601(milliseconds: max(other.claimedAt, other.publishedAt))
        let (state, remedy) = other.isPublished ? ("published", "unpublished") : ("attached", "unstaged")
        throw LockerError(
            .failedPrecondition,
            "volume \"\(self.requestName)\" is \(state) to node \(other.nodeID) since \(since); it has to be \(remedy) there"
                + " first"
        )
    }

    /// Puts a node's attachment in the place of the one it had.
    mutating func attach(_ attachment: Attachment) {
        self.attachments.removeAll { $0.nodeID == attachment.nodeID }
        self.attachments.append(attachment)
    }
}
