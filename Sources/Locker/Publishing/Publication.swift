// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto

/// What ControllerPublishVolume asks for, checked: a node that is to have a volume, and how.
package struct Publication: Sendable, Hashable {
    /// The node's id, as its NodeGetInfo tells it.
    package let nodeID: String

    /// How the node will use the volume.
    package let capability: Capability

    /// The request's `readonly`: nothing is to be written, whatever the access mode allows.
    package let isReadOnly: Bool

    /// A publication.
    package init(nodeID: String, capability: Capability, isReadOnly: Bool) {
        self.nodeID = nodeID
        self.capability = capability
        self.isReadOnly = isReadOnly
    }

    /// Whether the node only reads.
    var reads: Bool { self.isReadOnly || Attachment.isReading(self.capability.accessMode) }
}

extension VolumeRecord {
    /// The record with a node's publication in it.
    ///
    /// - Parameter time: milliseconds since 1970.
    /// - Returns: `nil` if the volume is published so already.
    /// - Throws: ``LockerError``: `invalidArgument` for a use that the volume was not made for, `alreadyExists` if the
    ///   node has it in another way, `failedPrecondition` naming another node that has it.
    func publishing(_ publication: Publication, at time: Int64) throws(LockerError) -> VolumeRecord? {
        try self.requireMade(for: publication.capability)
        var mine = self.attachment(to: publication.nodeID) ?? Attachment(nodeID: publication.nodeID)
        if mine.isPublished {
            guard mine.capability == publication.capability, mine.publishedReadOnly == publication.isReadOnly else {
                throw self.attachedOtherwise(mine)
            }
            return nil
        }
        guard mine.claimedAt == 0 || mine.readOnly == publication.reads else { throw self.attachedOtherwise(mine) }
        mine.readOnly = publication.reads
        mine.publishedReadOnly = publication.isReadOnly
        mine.capability = publication.capability
        mine.accessMode = publication.capability.accessMode
        mine.publishedAt = time
        try self.requireFree(for: mine)
        var record = self
        record.attach(mine)
        return record
    }

    private func requireMade(for capability: Capability) throws(LockerError) {
        guard self.capabilities.contains(where: { $0.block == capability.block }) else {
            let made = capability.block ? "filesystems" : "raw block"
            throw LockerError(
                .invalidArgument,
                "volume_capability: volume \"\(self.requestName)\" was made for \(made) only"
            )
        }
        guard self.allows(accessMode: capability.accessMode) else {
            throw LockerError(
                .invalidArgument,
                "volume_capability: volume \"\(self.requestName)\" was not made for several readers; ask for"
                    + " MULTI_NODE_READER_ONLY when it is created"
            )
        }
    }

    /// Whether a volume was made for an access mode: several nodes have only those that asked for it at their creation.
    package func allows(accessMode: Int32) -> Bool {
        accessMode != Attachment.multiNodeReaderOnly
            || self.capabilities.contains { $0.accessMode == Attachment.multiNodeReaderOnly }
    }

    private func attachedOtherwise(_ mine: Attachment) -> LockerError {
        let rights = mine.readOnly ? "read-only" : "for writing"
        let state = mine.isPublished ? "published to" : "staged on"
        return LockerError(
            .alreadyExists,
            "volume \"\(self.requestName)\" is \(state) node \(mine.nodeID) already, \(rights) and with another capability"
                + " or readonly than asked for; it has to be given up there first"
        )
    }
}
