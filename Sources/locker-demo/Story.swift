// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Host
internal import RBD
internal import Rados
internal import Redaction
internal import SystemPackage

/// One student's term: claim, homework, another node, more room, and the end.
struct Story: Sendable {
    let world: World
    let controller: Clients
    let nodes: [String: Clients]
    let key: Secret
    let filesystem: String
    let context: IOContext

    private var terminal: Terminal { self.world.terminal }
    var secrets: [String: Secret] { ["userID": "csi", "userKey": self.key] }

    var capability: VolumeCapability {
        VolumeCapability(
            accessType: .mount(.init(fsType: self.filesystem)),
            accessMode: .init(mode: .singleNodeWriter)
        )
    }

    /// Plays it; throws at the first step that does not come out as it should.
    func play() async throws {
        self.terminal.chapter("Kim's claim appears, and so does her volume")
        let volume = try await self.terminal.step("CreateVolume: 1 GiB for student kim in course swift-101") {
            try await self.create()
        }
        self.terminal.show("volume_id \(volume.volumeID)")
        try await self.terminal.step("the same request again answers the same volume") {
            let again = try await self.create()
            guard again == volume else { throw DemoError("another volume was answered: \(again.volumeID)") }
        }
        let onA = Place(story: self, node: "node-a", volume: volume)
        let onB = Place(story: self, node: "node-b", volume: volume)
        self.terminal.chapter("Her pod starts on node-a")
        try await self.terminal.step("NodeStageVolume: claimed, mapped, formatted as \(self.filesystem), mounted") {
            try await onA.stage()
        }
        try await self.terminal.step("NodePublishVolume: the pod sees it") { try await onA.publish() }
        self.terminal.show(try onA.usage())
        let homework = Array("print(\"Kim's homework, \(volume.volumeID.suffix(8))\")\n".utf8)
        try await self.terminal.step("Kim writes her homework") { try onA.write("homework.py", homework) }
        let words = try await self.terminal.step("a second node is refused while node-a has the volume") {
            let words = try await self.refusal(.failedPrecondition) { try await onB.stage() }
            guard words.contains("node-a") else { throw DemoError("the refusal does not name node-a: \(words)") }
            return words
        }
        self.terminal.show("\"\(words)\"")
        self.terminal.chapter("The pod moves to node-b")
        try await self.terminal.step("NodeUnpublishVolume and NodeUnstageVolume on node-a") { try await onA.leave() }
        try await self.terminal.step("NodeStageVolume and NodePublishVolume on node-b") {
            try await onB.stage()
            try await onB.publish()
        }
        try await self.terminal.step("the homework is there, byte for byte") {
            guard try onB.read("homework.py") == homework else {
                throw DemoError("the homework is not what was written")
            }
        }
        self.terminal.chapter("The project grows")
        try await self.terminal.step("ControllerExpandVolume and NodeExpandVolume: 2 GiB, while it is mounted") {
            try await self.expand(volume, on: onB)
        }
        self.terminal.show(try onB.usage())
        try await self.terminal.step("NodeGetVolumeStats: the volume is well") { try await onB.checkHealth() }
        self.terminal.show(try await self.world.volumes())
        self.terminal.chapter("The term ends")
        let held = try await self.terminal.step("DeleteVolume is refused while the pod runs") {
            try await self.refusal(.failedPrecondition) { try await self.delete(volume) }
        }
        self.terminal.show("\"\(held)\"")
        try await self.terminal.step("NodeUnpublishVolume and NodeUnstageVolume on node-b") { try await onB.leave() }
        try await self.terminal.step("DeleteVolume") { try await self.delete(volume) }
        try await self.terminal.step("nothing of the image is left in the pool") { try await self.waitUntilErased() }
    }

    private func create() async throws -> Volume {
        let answer = try await self.controller.controller.createVolume(
            CreateVolumeRequest(
                name: "pvc-kim",
                capacityRange: CapacityRange(requiredBytes: 1 << 30),
                volumeCapabilities: [self.capability],
                parameters: [
                    "clusterID": "demo", "pool": World.pool, "radosNamespace": World.namespace, "course": "swift-101",
                    "csi.storage.k8s.io/pvc/name": "homework", "csi.storage.k8s.io/pvc/namespace": "kim",
                    "csi.storage.k8s.io/pv/name": "pvc-kim",
                ],
                secrets: self.secrets
            ),
            timeout: .seconds(60)
        )
        guard let volume = answer.volume else { throw DemoError("CreateVolume answered no volume") }
        return volume
    }

    private func expand(_ volume: Volume, on place: Place) async throws {
        let size: Int64 = 2 << 30
        let answer = try await self.controller.controller.controllerExpandVolume(
            ControllerExpandVolumeRequest(
                volumeID: volume.volumeID,
                capacityRange: CapacityRange(requiredBytes: size),
                secrets: self.secrets,
                volumeCapability: self.capability
            ),
            timeout: .seconds(60)
        )
        guard answer.capacityBytes == size else {
            throw DemoError("the volume has \(answer.capacityBytes) bytes, not \(size)")
        }
        try await place.expand(to: size)
    }

    private func delete(_ volume: Volume) async throws {
        _ = try await self.controller.controller.deleteVolume(
            DeleteVolumeRequest(volumeID: volume.volumeID, secrets: self.secrets),
            timeout: .seconds(60)
        )
    }

    /// What a call is refused with.
    private func refusal(_ code: RPCError.Code, _ body: () async throws -> Void) async throws -> String {
        do {
            try await body()
        } catch let error as RPCError where error.code == code {
            return error.message
        }
        throw DemoError("the call was not refused")
    }

    /// Only Locker's own bookkeeping stays in the namespace: layout, shards, ledger, and RBD's directories.
    private func waitUntilErased() async throws {
        let end = ContinuousClock.now + .seconds(60)
        var left: [String] = []
        repeat {
            left = try await self.context.objects().filter { name in
                ["rbd_data.", "rbd_header.", "rbd_id.", "rbd_object_map."].contains { name.hasPrefix($0) }
            }
            if left.isEmpty, try await self.context.trash().isEmpty { return }
            try await Task.sleep(for: .milliseconds(100))
        } while ContinuousClock.now < end
        throw DemoError("left in the pool: \(left.joined(separator: ", "))")
    }
}
