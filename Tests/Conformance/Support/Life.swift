// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

/// What one test makes on the peer, undone in the reverse order when the test ends.
final class Life: Sendable {
    let peer: Peer

    private let endings = Mutex<[(what: String, undo: @Sendable () async throws -> Void)]>([])

    private init(_ peer: Peer) {
        self.peer = peer
    }

    /// Lends one to `body`; what cannot be undone afterwards is a failure.
    ///
    /// - Parameter needs: what the peer has to advertise; the test is skipped otherwise.
    static func with(_ needs: Need..., body: (Life) async throws -> Void) async throws {
        let peer = try Peer.inUse()
        try peer.require(needs)
        let life = Life(peer)
        do {
            try await body(life)
        } catch {
            await life.end()
            throw error
        }
        await life.end()
    }

    private func end() async {
        for (what, undo) in self.endings.withLock({ $0 }).reversed() {
            do {
                try await undo()
            } catch {
                Issue.record(error, "\(what) cannot be undone")
            }
        }
    }

    /// Has something undone at the end.
    func undo(_ what: String, _ undo: @escaping @Sendable () async throws -> Void) {
        self.endings.withLock { $0.append((what, undo)) }
    }

    /// The request of a volume.
    func request(_ name: String? = nil, _ change: (inout CreateVolumeRequest) -> Void = { _ in }) -> CreateVolumeRequest
    {
        var request = CreateVolumeRequest(
            name: name ?? self.peer.name(),
            capacityRange: CapacityRange(requiredBytes: self.peer.size),
            volumeCapabilities: [Peer.mount()],
            parameters: self.peer.parameters,
            secrets: self.peer.secrets
        )
        // Where the peer wants to know, the volume has to be reachable from the node that will use it.
        if Need.topology.isMet(by: self.peer), let topology = self.peer.node.accessibleTopology {
            request.accessibilityRequirements = TopologyRequirement(requisite: [topology], preferred: [topology])
        }
        change(&request)
        return request
    }

    /// Makes a volume.
    @discardableResult
    func volume(_ request: CreateVolumeRequest) async throws -> Volume {
        let answer = try await self.peer.controller.createVolume(request, timeout: Peer.patience)
        let volume = try #require(answer.volume, "CreateVolume answers no volume")
        self.undo("volume \(request.name)") { [peer] in try await peer.delete(volume.volumeID) }
        return volume
    }

    /// Makes a volume of a name of its own.
    @discardableResult
    func volume(_ change: (inout CreateVolumeRequest) -> Void = { _ in }) async throws -> Volume {
        try await self.volume(self.request(nil, change))
    }

    /// Takes a snapshot.
    @discardableResult
    func snapshot(of volume: Volume, name: String? = nil) async throws -> Snapshot {
        let name = name ?? self.peer.name("snap")
        let request = CreateSnapshotRequest(
            sourceVolumeID: volume.volumeID,
            name: name,
            secrets: self.peer.secrets
        )
        let answer = try await self.peer.controller.createSnapshot(request, timeout: Peer.patience)
        let snapshot = try #require(answer.snapshot, "CreateSnapshot answers no snapshot")
        self.undo("snapshot \(name)") { [peer] in try await peer.deleteSnapshot(snapshot.snapshotID) }
        return snapshot
    }

    /// Attaches a volume to the peer's node if that is a step of its own.
    func attach(
        _ volume: Volume,
        as capability: VolumeCapability = Peer.mount(),
        readOnly: Bool = false
    ) async throws -> Placed {
        var placed = Placed(peer: self.peer, volume: volume, capability: capability)
        if Need.publish.isMet(by: self.peer) {
            let request = placed.attachRequest(readOnly: readOnly)
            let answer = try await self.peer.controller.controllerPublishVolume(request, timeout: Peer.patience)
            placed.publishContext = answer.publishContext
            self.undo("attachment of \(volume.volumeID)") { [peer, placed] in
                _ = try await peer.controller.controllerUnpublishVolume(placed.detachRequest, timeout: Peer.patience)
            }
        }
        return placed
    }

    /// Attaches and stages a volume.
    func stage(_ volume: Volume, as capability: VolumeCapability = Peer.mount()) async throws -> Placed {
        let placed = try await self.attach(volume, as: capability)
        try await self.stage(placed)
        return placed
    }

    /// Stages a volume.
    func stage(_ placed: Placed) async throws {
        try placed.makeFolders()
        self.undo("stage of \(placed.volume.volumeID)") { [peer] in
            _ = try await peer.nodes.nodeUnstageVolume(placed.unstageRequest, timeout: Peer.patience)
        }
        _ = try await self.peer.nodes.nodeStageVolume(placed.stageRequest, timeout: Peer.patience)
    }

    /// Publishes a staged volume.
    func publish(_ placed: Placed, _ change: (inout NodePublishVolumeRequest) -> Void = { _ in }) async throws {
        var request = placed.publishRequest
        change(&request)
        try placed.makeFolders()
        let unpublish = NodeUnpublishVolumeRequest(volumeID: request.volumeID, targetPath: request.targetPath)
        self.undo("publication at \(request.targetPath)") { [peer] in
            _ = try await peer.nodes.nodeUnpublishVolume(unpublish, timeout: Peer.patience)
        }
        _ = try await self.peer.nodes.nodePublishVolume(request, timeout: Peer.patience)
    }
}
