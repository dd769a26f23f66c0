// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Takes a volume from a node, or from all; where it has none there is nothing to do.
    ///
    /// A node that gave the volume back has nothing mapped. One that did not is silent or gone, as far as the caller
    /// knows: its client instance is fenced first, so that nothing it still holds in memory can arrive after the volume
    /// was given to another. A claim that names no client has mapped nothing that it may use: the node notes its client
    /// before it mounts, and is refused that once its attachment is gone.
    ///
    /// A node that gives the volume back between the look at the record and the fence is fenced all the same. That takes
    /// nothing from it: the client was that mapping's alone and has ended, and the next one has another nonce. A mark that
    /// kept the node from giving back meanwhile would keep it for good where the fence is refused.
    ///
    /// - Parameters:
    ///   - handle: a verified handle.
    ///   - nodeID: the node; empty for all that have it.
    ///   - location: the cluster and user.
    ///   - candidates: RADOS namespaces to try first.
    /// - Throws: ``LockerError``: `permissionDenied` if the user may not fence; `unavailable`.
    package func unpublish(
        _ handle: VolumeHandle,
        from nodeID: String,
        at location: VolumeLocation,
        candidates: [String]
    ) async throws {
        try await self.mutating(location.target, could: "unpublish volume \(handle.text)") { cluster in
            guard let place = try await self.place(of: handle, on: cluster, candidates: candidates) else { return }
            var fenced: Set<String> = []
            for _ in 0..<16 {
                guard let found = try await place.store.volume(place.key), found.value.imageID == handle.imageID else {
                    return
                }
                var record = found.value
                let leaving = record.attachments.filter { nodeID.isEmpty || $0.nodeID == nodeID }
                guard !leaving.isEmpty else { return }
                for attachment in leaving where !attachment.clientAddress.isEmpty {
                    guard !fenced.contains(attachment.clientAddress) else { continue }
                    try await self.fence(attachment, of: record, io: place.io)
                    fenced.insert(attachment.clientAddress)
                }
                try self.hook.reached("detach.fenced")
                record.attachments.removeAll { leaving.contains($0) }
                guard try await place.store.put(record, at: place.key, replacing: found) != nil else { continue }
                try self.hook.reached("detach.recorded")
                let nodes = leaving.map(\.nodeID).joined(separator: ", ")
                self.logger.info(
                    "Volume unpublished from a node",
                    metadata: record.logMetadata.merging(["node.id": "\(nodes)"]) { $1 }
                )
                return
            }
            throw LockerError(.aborted, "volume \(handle.text) is changed by several at once; try again")
        }
    }

    /// Makes sure that a node's client writes to a volume no more.
    func fence(_ attachment: Attachment, of record: VolumeRecord, io: IOContext) async throws {
        let address = attachment.clientAddress
        try await explaining(
            "fence client \(address) of node \(attachment.nodeID), which still has volume \"\(record.requestName)\""
        ) {
            // Before the lock is broken: that fences its owner for an hour, and the first entry of a client is the one that
            // stays.
            try await io.cluster.blocklist(address, for: StepOwnership.fence)
            try self.hook.reached("detach.blocklisted")
            // Whoever connects from here on has at least this map, and so has each OSD that it asks for an object.
            try await io.cluster.waitForLatestMap()
            try self.hook.reached("detach.awaited")
            do {
                // librbd knows no lock of an image opened read-only; opening for writing takes none by itself.
                try await io.withImage(.id(record.imageID), readOnly: false) { image in
                    guard try image.lockOwner() == address else { return }
                    try image.breakLock(of: address)
                }
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                // The lock has gone, or the image has.
            } catch let error as CephError where error.call == "rbd_lock_break" && error.code == .resourceBusy {
                // It is somebody else's by now.
            }
        }
        let metadata: Logger.Metadata = ["node.id": "\(attachment.nodeID)", "client": "\(address)"]
        self.logger.warning(
            "A client that did not give its volume back was fenced",
            metadata: record.logMetadata.merging(metadata) { $1 }
        )
    }
}
