// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import SystemPackage
internal import Testing

extension Conformance {
    /// ControllerPublishVolume and ControllerUnpublishVolume.
    struct AttachTests {
        @Test("CP-1, CU-1, SA-12: Attaching and detaching are done once, however often they are asked for")
        func twice() async throws {
            try await Life.with(.publish) { life in
                let volume = try await life.volume()
                let placed = try await life.attach(volume)
                #expect(placed.publishContext.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count } <= 4096)
                let again = try await life.peer.controller.controllerPublishVolume(
                    placed.attachRequest(),
                    timeout: Peer.patience
                )
                #expect(again.publishContext == placed.publishContext)
                for _ in 0..<2 {
                    _ = try await life.peer.controller.controllerUnpublishVolume(
                        placed.detachRequest,
                        timeout: Peer.patience
                    )
                }
            }
        }

        @Test("CP-2, SA-13: The volume, the node and the capability are required")
        func required() async throws {
            try await Life.with(.publish) { life in
                let volume = try await life.volume()
                let good = Placed(peer: life.peer, volume: volume, capability: Peer.mount()).attachRequest()
                let changes: [(String, (inout ControllerPublishVolumeRequest) -> Void)] = [
                    ("volume_id", { $0.volumeID = "" }), ("node_id", { $0.nodeID = "" }),
                    ("volume_capability", { $0.volumeCapability = nil }),
                ]
                for (word, change) in changes {
                    var request = good
                    change(&request)
                    await refused(.invalidArgument, naming: [word], in: word) {
                        try await life.peer.controller.controllerPublishVolume(request, timeout: Peer.patience)
                    }
                }
                // Whatever the volume is.
                var request = good
                request.volumeID = Peer.strangeID
                request.nodeID = ""
                await refused(.invalidArgument, naming: ["node_id"]) {
                    try await life.peer.controller.controllerPublishVolume(request, timeout: Peer.patience)
                }
            }
        }

        @Test("CP-3, SA-14: A volume that does not exist is NOT_FOUND")
        func missingVolume() async throws {
            try await Life.with(.publish) { life in
                let volume = try await life.volume()
                try await life.peer.delete(volume.volumeID)
                let good = Placed(peer: life.peer, volume: volume, capability: Peer.mount()).attachRequest()
                for (id, node) in [
                    (Peer.strangeID, good.nodeID), (Peer.strangeID, "fake-node-id"), (volume.volumeID, good.nodeID),
                ] {
                    var request = good
                    request.volumeID = id
                    request.nodeID = node
                    request.volumeContext = [:]
                    await refused(.notFound, in: id) {
                        try await life.peer.controller.controllerPublishVolume(request, timeout: Peer.patience)
                    }
                }
            }
        }

        @Test("CP-4, SA-15: A node that does not exist is NOT_FOUND")
        func missingNode() async throws {
            try await Life.with(.publish) { life in
                let volume = try await life.volume()
                var request = Placed(peer: life.peer, volume: volume, capability: Peer.mount()).attachRequest()
                request.nodeID = "fake-node-id"
                request.volumeContext = [:]
                await refused(.notFound, naming: ["fake-node-id"]) {
                    try await life.peer.controller.controllerPublishVolume(request, timeout: Peer.patience)
                }
            }
        }

        @Test("CP-5, SA-16: An attached volume attached in another way is ALREADY_EXISTS")
        func otherWay() async throws {
            try await Life.with(.publish, .publishReadOnly) { life in
                let placed = try await life.attach(try await life.volume())
                await refused(.alreadyExists) {
                    try await life.peer.controller.controllerPublishVolume(
                        placed.attachRequest(readOnly: true),
                        timeout: Peer.patience
                    )
                }
                _ = try await life.peer.controller.controllerPublishVolume(
                    placed.attachRequest(),
                    timeout: Peer.patience
                )
            }
        }

        @Test("CP-6: A capability that the volume has not is refused")
        func capability() async throws {
            try await Life.with(.publish) { life in
                let volume = try await life.volume()
                var request = Placed(peer: life.peer, volume: volume, capability: Peer.mount()).attachRequest()
                request.volumeCapability = Peer.mount(type: "fat12")
                await refused(.invalidArgument, .failedPrecondition) {
                    try await life.peer.controller.controllerPublishVolume(request, timeout: Peer.patience)
                }
            }
        }

        @Test("CP-7: A volume attached read-only cannot be written to")
        func readOnly() async throws {
            try await Life.with(.publish, .publishReadOnly, .stage) { life in
                let volume = try await life.volume()
                // A filesystem has to be there to be read.
                let first = try await life.stage(volume)
                try await life.publish(first)
                _ = try await life.peer.nodes.nodeUnpublishVolume(first.unpublishRequest, timeout: Peer.patience)
                _ = try await life.peer.nodes.nodeUnstageVolume(first.unstageRequest, timeout: Peer.patience)
                _ = try await life.peer.controller.controllerUnpublishVolume(
                    first.detachRequest,
                    timeout: Peer.patience
                )
                let placed = try await life.attach(volume, readOnly: true)
                try await life.stage(placed)
                try await life.publish(placed) { $0.readonly = true }
                #expect(throws: (any Error).self) {
                    try TestFile.write("x", to: placed.target().appending("file"))
                }
            }
        }

        @Test("CU-2, SA-17: The volume is required")
        func requiredToDetach() async throws {
            try await Life.with(.publish) { life in
                await refused(.invalidArgument, naming: ["volume_id"]) {
                    try await life.peer.controller.controllerUnpublishVolume(
                        .init(nodeID: life.peer.node.nodeID, secrets: life.peer.secrets),
                        timeout: Peer.patience
                    )
                }
            }
        }

        @Test("CU-3: Without a node it is detached from all")
        func everywhere() async throws {
            try await Life.with(.publish) { life in
                let volume = try await life.volume()
                var request = try await life.attach(volume).detachRequest
                request.nodeID = ""
                for _ in 0..<2 {
                    _ = try await life.peer.controller.controllerUnpublishVolume(request, timeout: Peer.patience)
                }
                try await life.peer.delete(volume.volumeID)
            }
        }

        @Test("CU-4: What is gone, or never was, is detached, or NOT_FOUND")
        func gone() async throws {
            try await Life.with(.publish) { life in
                let volume = try await life.volume()
                var request = Placed(peer: life.peer, volume: volume, capability: Peer.mount()).detachRequest
                request.nodeID = "fake-node-id"
                try await Self.detached(request, life.peer)
                request.nodeID = life.peer.node.nodeID
                try await life.peer.delete(volume.volumeID)
                try await Self.detached(request, life.peer)
                request.volumeID = Peer.strangeID
                try await Self.detached(request, life.peer)
            }
        }

        private static func detached(_ request: ControllerUnpublishVolumeRequest, _ peer: Peer) async throws {
            do {
                _ = try await peer.controller.controllerUnpublishVolume(request, timeout: Peer.patience)
            } catch let error as RPCError {
                #expect(error.code == .notFound, "\(error)")
            }
        }
    }
}
