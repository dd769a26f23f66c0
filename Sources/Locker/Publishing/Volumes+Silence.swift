// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// What became of a node that was found silent.
    package enum Silence: Sendable, Hashable {
        /// It has no volume that it may write.
        case unused
        /// These clients of it are connected to Ceph: it may be writing.
        case connected(clients: [String])
        /// So many volumes of it can be written from there no more.
        case fenced(volumes: Int)
    }

    /// Fences all clients that have volumes mapped on a node, unless Ceph hears one of them.
    ///
    /// The attachments stay: the orchestrator takes the volumes from the node, as it has given them. A client that writes
    /// watches its image, and the watch ends 30 s after the last sign of it. One that only reads has none, so that nobody
    /// knows whether it is there, and nothing late to write: it is left alone. Between the look and the fence a node may come
    /// back: then it is fenced all the same, and its pods have to be started again.
    ///
    /// - Parameter places: where its volumes may be.
    /// - Throws: ``LockerError``: `permissionDenied` if the user may not fence. It is safe to try again.
    package func fence(node nodeID: String, in places: [RecordPlace]) async throws -> Silence {
        try await explaining("fence node \(nodeID)") {
            let found = try await self.attached(to: nodeID, in: places).filter {
                !$0.attachment.readOnly && !$0.attachment.isPublishedForReading
            }
            guard !found.isEmpty else { return .unused }
            var connected: [String] = []
            for one in found where !one.attachment.clientAddress.isEmpty {
                let watchers = try await self.watchers(of: one.record, io: one.io)
                if watchers.contains(one.attachment.clientAddress) { connected.append(one.attachment.clientAddress) }
            }
            guard connected.isEmpty else { return .connected(clients: connected) }
            for one in found where !one.attachment.clientAddress.isEmpty {
                try await self.fence(one.attachment, of: one.record, io: one.io)
            }
            return .fenced(volumes: found.count)
        }
    }

    /// Whether no volume is left with a node through a client that is fenced.
    ///
    /// - Throws: ``LockerError``.
    package func isFree(ofFencedVolumes nodeID: String, in places: [RecordPlace]) async throws -> Bool {
        try await explaining("look for fenced volumes of node \(nodeID)") {
            let found = try await self.attached(to: nodeID, in: places)
            for those in Dictionary(grouping: found, by: \.io.cluster.fsid).values {
                let blocklist = try await those[0].io.cluster.blocklist()
                if those.contains(where: { blocklist.refuses($0.attachment.clientAddress) }) { return false }
            }
            return true
        }
    }

    private struct Attached {
        let attachment: Attachment
        let record: VolumeRecord
        let io: IOContext
    }

    private func attached(to nodeID: String, in places: [RecordPlace]) async throws -> [Attached] {
        let (walk, places) = (RecordWalk(layouts: self.layouts), Self.ordered(places))
        var found: [Attached] = []
        var position: RecordPosition?
        repeat {
            let page = try await walk.page(of: VolumeRecord.self, in: places, after: position, limit: 0) {
                $0.attachment(to: nodeID) != nil
            }
            for entry in page.entries {
                guard let attachment = entry.record.attachment(to: nodeID) else { continue }
                found.append(Attached(attachment: attachment, record: entry.record, io: entry.io))
            }
            position = page.next
        } while position != nil
        return found
    }
}
