// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Gives a volume to a node, before anything happens there.
    ///
    /// The record is the place where controllers and nodes meet: of two that attach at once, one wins.
    ///
    /// - Parameters:
    ///   - handle: a verified handle.
    ///   - publication: to whom, and how.
    ///   - ownNode: the one node there is, where controller and node are one process.
    ///   - location: the cluster and user.
    ///   - candidates: RADOS namespaces to try first.
    /// - Throws: ``LockerError``: `notFound` without the volume or the node, `invalidArgument` for a use it was not made
    ///   for, `alreadyExists` if the node has it in another way, `failedPrecondition` naming the node that has it,
    ///   `resourceExhausted` if the node has as many as it can.
    package func publish(
        _ handle: VolumeHandle,
        as publication: Publication,
        ownNode: String?,
        at location: VolumeLocation,
        candidates: [String]
    ) async throws {
        try await self.mutating(location.target, could: "publish volume \(handle.text)") { cluster in
            guard let place = try await self.place(of: handle, on: cluster, candidates: candidates) else {
                throw Self.missing(handle)
            }
            let limit = try await self.volumeLimit(of: publication.nodeID, ownNode: ownNode, io: place.io)
            for _ in 0..<16 {
                guard let found = try await place.store.volume(place.key), found.value.imageID == handle.imageID else {
                    throw Self.missing(handle)
                }
                guard found.value.phase == .ready else {
                    throw LockerError(.aborted, "volume \"\(found.value.requestName)\" is being deleted")
                }
                guard let next = try found.value.publishing(publication, at: self.clock.milliseconds) else { return }
                if limit > 0, found.value.attachment(to: publication.nodeID) == nil {
                    try await self.requireRoom(on: publication.nodeID, limit: limit, io: place.io)
                }
                try self.hook.reached("attach.checked")
                guard try await place.store.put(next, at: place.key, replacing: found) != nil else { continue }
                try self.hook.reached("attach.recorded")
                self.tallies.add(to: publication.nodeID, poolID: place.io.poolID)
                self.logger.info(
                    "Volume published to a node",
                    metadata: next.logMetadata.merging(["node.id": "\(publication.nodeID)"]) { $1 }
                )
                return
            }
            throw LockerError(.aborted, "volume \(handle.text) is changed by several at once; try again")
        }
    }

    /// How many volumes a node takes; 0 where that is not known.
    private func volumeLimit(of nodeID: String, ownNode: String?, io: IOContext) async throws -> Int64 {
        if let ownNode, nodeID != ownNode {
            throw LockerError(
                .notFound,
                "node \(nodeID) does not exist: this process is controller and node in one, and its node is \(ownNode)"
            )
        }
        let registry = NodeRegistry(driverName: self.identity.instance)
        switch try await registry.look(for: nodeID, in: try await io.cluster.ioContext(poolID: io.poolID)) {
        case .known(let record): return record.maxVolumes
        case .silent: return 0
        case .unknown:
            guard ownNode == nil else { return 0 }
            throw LockerError(
                .notFound,
                "node \(nodeID) does not exist: other nodes have made themselves known in pool \(io.poolName) and it has"
                    + " not. If it does exist, give its node process the --instance-config that the others have"
            )
        }
    }

    /// Makes sure that a node has fewer volumes than it takes, by the records of the pool.
    private func requireRoom(on nodeID: String, limit: Int64, io: IOContext) async throws {
        guard !self.tallies.hasRoom(on: nodeID, limit: limit, poolID: io.poolID) else { return }
        let listing = VolumeListing(layouts: self.layouts)
        var count: Int64 = 0
        for namespace in try await listing.namespaces(of: io.poolName, on: io.cluster) {
            let other = try await io.cluster.ioContext(poolID: io.poolID, namespace: namespace)
            guard let store = try await RecordStore.open(other, layouts: self.layouts, creating: false) else {
                continue
            }
            try await store.forEach(of: VolumeRecord.self, prefix: VolumeRecord.prefix) { _, stored in
                if stored.value.attachment(to: nodeID) != nil { count += 1 }
            }
        }
        self.tallies.note(count, of: nodeID, poolID: io.poolID)
        guard count < limit else {
            throw LockerError(
                .resourceExhausted,
                "node \(nodeID) has \(count) volumes of pool \(io.poolName) already, and takes \(limit); detach one there"
            )
        }
    }
}
