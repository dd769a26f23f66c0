// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto

extension Publication {
    /// Raw block for a node, as the volumes of a laboratory are made.
    static func test(_ nodeID: String, mode: Int32 = 1, readOnly: Bool = false) -> Publication {
        Publication(nodeID: nodeID, capability: Capability(block: true, accessMode: mode), isReadOnly: readOnly)
    }
}

extension Controller {
    func publish(_ handle: VolumeHandle, as publication: Publication, ownNode: String? = nil) async throws {
        try await self.volumes.publish(
            handle,
            as: publication,
            ownNode: ownNode,
            at: self.location,
            candidates: [self.namespace]
        )
    }

    func unpublish(_ handle: VolumeHandle, from nodeID: String = "") async throws {
        try await self.volumes.unpublish(handle, from: nodeID, at: self.location, candidates: [self.namespace])
    }

    /// The volume's attachments, as its record has them.
    func attachments(of handle: VolumeHandle) async throws -> [Attachment]? {
        try await self.find(handle)?.record.attachments
    }
}
