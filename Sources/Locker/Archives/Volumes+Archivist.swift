// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Keeps nodes from a volume while it is copied.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition` if a node has it, or a client has its image open.
    func claim(_ record: VolumeRecord, at key: RecordKey, in store: RecordStore) async throws {
        try await self.change(record, at: key, in: store) { found in
            guard found.phase == .ready else { throw LockerError(.aborted, "it is being deleted") }
            if let other = found.attachments.first(where: { $0.nodeID != Self.archivist }) {
                throw LockerError(.failedPrecondition, "it is attached to node \(other.nodeID); end its pod first")
            }
            guard found.attachments.isEmpty else { return }
            found.attachments = [Attachment(nodeID: Self.archivist, publishedAt: self.clock.milliseconds)]
        }
        try self.hook.reached("archive.claimed")
        let clients = try await self.watchers(of: record, io: store.io)
        guard clients.isEmpty else { throw Self.stillOpen(record, at: clients, io: store.io) }
    }

    /// Gives a volume back to the nodes.
    func release(_ record: VolumeRecord, at key: RecordKey, in store: RecordStore) async throws {
        do {
            try await self.change(record, at: key, in: store) { found in
                found.attachments.removeAll { $0.nodeID == Self.archivist }
            }
        } catch let error as LockerError where error.code == .notFound {
            // Somebody has deleted it meanwhile.
        }
    }

    /// The same by the archive that was to be made of it.
    func release(_ archive: Archive, on cluster: Cluster) async throws {
        let io: IOContext
        do {
            io = try await cluster.ioContext(poolID: archive.poolID, namespace: archive.radosNamespace)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return
        }
        guard let store = try await RecordStore.open(io, layouts: self.layouts, creating: false) else { return }
        let record = VolumeRecord(requestName: archive.requestName, imageID: archive.imageID)
        try await self.release(record, at: self.recordKey(named: archive.requestName), in: store)
    }

    /// Begins the deletion of a volume that was kept from nodes, so that none gets it in between.
    ///
    /// - Parameter isArchived: whether it must have been kept from them all the time since it was copied.
    func handOver(_ record: VolumeRecord, at key: RecordKey, in store: RecordStore, isArchived: Bool) async throws {
        do {
            try await self.change(record, at: key, in: store) { found in
                guard found.phase == .ready else { return }
                guard found.attachments.map(\.nodeID) == [Self.archivist] else {
                    guard !isArchived else {
                        throw LockerError(.aborted, "it may have been used since it was archived; repeat this")
                    }
                    return
                }
                found.attachments = []
                found.phase = .deleting
                found.deletingAt = self.clock.milliseconds
                found.step = self.ownership.step(on: store.io.cluster)
            }
        } catch let error as LockerError where error.code == .notFound {
            return
        }
        try self.hook.reached("archive.handed")
    }

    /// Changes a volume's record, however often somebody else does so at the same time.
    ///
    /// - Throws: ``LockerError`` with `notFound` if there is none of this image, and what `body` throws.
    private func change(
        _ record: VolumeRecord,
        at key: RecordKey,
        in store: RecordStore,
        _ body: (inout VolumeRecord) throws -> Void
    ) async throws {
        for _ in 0..<16 {
            guard let found = try await store.volume(key), found.value.imageID == record.imageID else {
                throw LockerError(.notFound, "volume \"\(record.requestName)\" is gone")
            }
            var next = found.value
            try body(&next)
            if next == found.value { return }
            if try await store.put(next, at: key, replacing: found) != nil { return }
        }
        throw LockerError(.aborted, "volume \"\(record.requestName)\" is changed by several at once; try again")
    }
}
