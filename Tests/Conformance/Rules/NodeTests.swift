// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import SystemPackage
internal import Testing

extension Conformance {
    /// NodeStageVolume, NodePublishVolume and their reverses.
    struct NodeTests {
        @Test("NS-1, NU-1, NP-1, NX-1, SA-18: Every step of a volume's way is done once, however often it is asked for")
        func twice() async throws {
            try await Life.with(.stage) { life in
                let placed = try await life.stage(try await life.volume())
                try await life.stage(placed)
                try await life.publish(placed)
                try await life.publish(placed)
                try TestFile.write("homework", to: placed.target().appending("file"))
                try await life.publish(placed)
                #expect(try TestFile.read(placed.target().appending("file")) == "homework")
                for _ in 0..<2 {
                    _ = try await life.peer.nodes.nodeUnpublishVolume(placed.unpublishRequest, timeout: Peer.patience)
                }
                for _ in 0..<2 {
                    _ = try await life.peer.nodes.nodeUnstageVolume(placed.unstageRequest, timeout: Peer.patience)
                }
                // What was written is there when it is back.
                try await life.stage(placed)
                try await life.publish(placed)
                #expect(try TestFile.read(placed.target().appending("file")) == "homework")
            }
        }

        @Test("NS-2: A volume staged at the path in another way is ALREADY_EXISTS")
        func stagedOtherwise() async throws {
            try await Life.with(.stage) { life in
                let placed = try await life.stage(try await life.volume())
                for capability in [Peer.block(), Peer.mount(mode: .singleNodeReaderOnly)] {
                    var request = placed.stageRequest
                    request.volumeCapability = capability
                    await refused(.alreadyExists, in: "\(capability)") {
                        try await life.peer.nodes.nodeStageVolume(request, timeout: Peer.patience)
                    }
                }
                try await life.stage(placed)
            }
        }

        @Test("NS-3: Staging a volume that does not exist is NOT_FOUND")
        func missing() async throws {
            try await Life.with(.stage) { life in
                let volume = try await life.volume()
                let placed = Placed(peer: life.peer, volume: volume, capability: Peer.mount())
                try placed.makeFolders()
                var request = placed.stageRequest
                request.volumeID = Peer.strangeID
                await refused(.notFound, naming: [Peer.strangeID]) {
                    try await life.peer.nodes.nodeStageVolume(request, timeout: Peer.patience)
                }
                try await life.peer.delete(volume.volumeID)
                await refused(.notFound) {
                    try await life.peer.nodes.nodeStageVolume(placed.stageRequest, timeout: Peer.patience)
                }
            }
        }

        @Test("NS-4, SA-19: Staging needs a volume, a path and a capability")
        func requiredToStage() async throws {
            try await Life.with(.stage) { life in
                let volume = try await life.volume()
                let good = Placed(peer: life.peer, volume: volume, capability: Peer.mount()).stageRequest
                let changes: [(String, (inout NodeStageVolumeRequest) -> Void)] = [
                    ("volume_id", { $0.volumeID = "" }),
                    ("staging_target_path", { $0.stagingTargetPath = "" }),
                    ("volume_capability", { $0.volumeCapability = nil }),
                ]
                for id in [good.volumeID, Peer.strangeID] {
                    for (word, change) in changes {
                        var request = good
                        request.volumeID = id
                        request.publishContext = ["device": "/dev/mock"]
                        change(&request)
                        await refused(.invalidArgument, naming: [word], in: word) {
                            try await life.peer.nodes.nodeStageVolume(request, timeout: Peer.patience)
                        }
                    }
                }
            }
        }

        @Test("NS-5: A filesystem that the volume has not is FAILED_PRECONDITION or INVALID_ARGUMENT")
        func exceeding() async throws {
            try await Life.with(.stage) { life in
                let placed = try await life.attach(try await life.volume())
                try placed.makeFolders()
                var request = placed.stageRequest
                request.volumeCapability = Peer.mount(type: "fat12")
                await refused(.failedPrecondition, .invalidArgument) {
                    try await life.peer.nodes.nodeStageVolume(request, timeout: Peer.patience)
                }
            }
        }

        @Test("NS-6, NP-2: Paths of far more than 128 bytes are taken")
        func longPaths() async throws {
            try await Life.with(.stage) { life in
                let placed = try await life.attach(try await life.volume())
                var request = placed.stageRequest
                let long = (0..<4).map { "\($0)" + String(repeating: "p", count: 100) }.joined(separator: "/")
                let folder = life.peer.directory.appending(life.peer.name("long")).appending(long)
                request.stagingTargetPath = folder.appending("staging").string
                try FileManager.default.createDirectory(
                    atPath: request.stagingTargetPath,
                    withIntermediateDirectories: true
                )
                let unstage = NodeUnstageVolumeRequest(
                    volumeID: request.volumeID,
                    stagingTargetPath: request.stagingTargetPath
                )
                life.undo("stage at a long path") { [peer = life.peer] in
                    _ = try await peer.nodes.nodeUnstageVolume(unstage, timeout: Peer.patience)
                }
                _ = try await life.peer.nodes.nodeStageVolume(request, timeout: Peer.patience)
                try await life.publish(placed) {
                    $0.stagingTargetPath = request.stagingTargetPath
                    $0.targetPath = folder.appending("target").string
                }
            }
        }

        @Test("NU-2, NX-2, SA-20: Unstaging and unpublishing need a volume and a path")
        func requiredToLeave() async throws {
            try await Life.with(.stage) { life in
                let nodes = life.peer.nodes
                await refused(.invalidArgument, naming: ["volume_id"]) {
                    try await nodes.nodeUnstageVolume(.init(stagingTargetPath: "/x"), timeout: Peer.patience)
                }
                await refused(.invalidArgument, naming: ["staging_target_path"]) {
                    try await nodes.nodeUnstageVolume(.init(volumeID: Peer.strangeID), timeout: Peer.patience)
                }
                await refused(.invalidArgument, naming: ["volume_id"]) {
                    try await nodes.nodeUnpublishVolume(.init(targetPath: "/x"), timeout: Peer.patience)
                }
                await refused(.invalidArgument, naming: ["target_path"]) {
                    try await nodes.nodeUnpublishVolume(.init(volumeID: Peer.strangeID), timeout: Peer.patience)
                }
            }
        }

        @Test("NU-3, NX-3: A volume that never was is NOT_FOUND, or not there, which is OK")
        func leavingTheMissing() async throws {
            try await Life.with(.stage) { life in
                let nodes = life.peer.nodes
                let path = life.peer.directory.appending("nothing").string
                do {
                    _ = try await nodes.nodeUnstageVolume(
                        .init(volumeID: Peer.strangeID, stagingTargetPath: path),
                        timeout: Peer.patience
                    )
                } catch let error as RPCError {
                    #expect(error.code == .notFound, "\(error)")
                }
                do {
                    _ = try await nodes.nodeUnpublishVolume(
                        .init(volumeID: Peer.strangeID, targetPath: path),
                        timeout: Peer.patience
                    )
                } catch let error as RPCError {
                    #expect(error.code == .notFound, "\(error)")
                }
                // One that is, and is not here.
                let placed = Placed(peer: life.peer, volume: try await life.volume(), capability: Peer.mount())
                _ = try await nodes.nodeUnpublishVolume(placed.unpublishRequest, timeout: Peer.patience)
                _ = try await nodes.nodeUnstageVolume(placed.unstageRequest, timeout: Peer.patience)
            }
        }

        @Test("NP-3, SA-21: Publishing needs a volume, a path and a capability")
        func requiredToPublish() async throws {
            try await Life.with(.stage) { life in
                let placed = try await life.stage(try await life.volume())
                let changes: [(String, (inout NodePublishVolumeRequest) -> Void)] = [
                    ("volume_id", { $0.volumeID = "" }), ("target_path", { $0.targetPath = "" }),
                    ("volume_capability", { $0.volumeCapability = nil }),
                ]
                for id in [placed.volume.volumeID, Peer.strangeID] {
                    for (word, change) in changes {
                        var request = placed.publishRequest
                        request.volumeID = id
                        change(&request)
                        await refused(.invalidArgument, naming: [word], in: word) {
                            try await life.peer.nodes.nodePublishVolume(request, timeout: Peer.patience)
                        }
                    }
                }
                // As csi-sanity asks: nothing but a volume, a target and secrets.
                await refused(.invalidArgument) {
                    try await life.peer.nodes.nodePublishVolume(
                        .init(volumeID: Peer.strangeID, targetPath: placed.target().string),
                        timeout: Peer.patience
                    )
                }
            }
        }

        @Test("NP-4: Publishing without the staging path is FAILED_PRECONDITION")
        func withoutStaging() async throws {
            try await Life.with(.stage) { life in
                var request = try await life.stage(try await life.volume()).publishRequest
                request.stagingTargetPath = ""
                await refused(.failedPrecondition, naming: ["staging_target_path"]) {
                    try await life.peer.nodes.nodePublishVolume(request, timeout: Peer.patience)
                }
            }
        }

        @Test("NP-5: Publishing a volume that does not exist is NOT_FOUND, one that is not staged FAILED_PRECONDITION")
        func publishingTheMissing() async throws {
            try await Life.with(.stage) { life in
                let placed = try await life.attach(try await life.volume())
                try placed.makeFolders()
                var request = placed.publishRequest
                await refused(.failedPrecondition, .notFound) {
                    try await life.peer.nodes.nodePublishVolume(request, timeout: Peer.patience)
                }
                request.volumeID = Peer.strangeID
                await refused(.notFound, naming: [Peer.strangeID]) {
                    try await life.peer.nodes.nodePublishVolume(request, timeout: Peer.patience)
                }
            }
        }

        @Test("NP-6, NX-4, SA-22: The target is made when publishing and removed when unpublishing")
        func target() async throws {
            try await Life.with(.stage) { life in
                let placed = try await life.stage(try await life.volume())
                #expect(!FileManager.default.fileExists(atPath: placed.target().string))
                try await life.publish(placed)
                var isFolder: ObjCBool = false
                #expect(FileManager.default.fileExists(atPath: placed.target().string, isDirectory: &isFolder))
                #expect(isFolder.boolValue)
                _ = try await life.peer.nodes.nodeUnpublishVolume(placed.unpublishRequest, timeout: Peer.patience)
                #expect(!FileManager.default.fileExists(atPath: placed.target().string))
            }
        }

        @Test("NP-7: Published read-only it cannot be written to, and published so it is not published otherwise")
        func readOnly() async throws {
            try await Life.with(.stage) { life in
                let placed = try await life.stage(try await life.volume())
                try await life.publish(placed) { $0.readonly = true }
                #expect(throws: (any Error).self) {
                    try TestFile.write("x", to: placed.target().appending("file"))
                }
                await refused(.alreadyExists) {
                    try await life.peer.nodes.nodePublishVolume(placed.publishRequest, timeout: Peer.patience)
                }
            }
        }

        @Test("NP-8: A raw block volume is a device at the target, as large as the volume")
        func rawBlock() async throws {
            try await Life.with(.stage) { life in
                let volume = try await life.volume { $0.volumeCapabilities = [Peer.block()] }
                let placed = try await life.stage(volume, as: Peer.block())
                try await life.publish(placed)
                try await life.publish(placed)
                let file = try FileDescriptor.open(placed.target(), .readWrite)
                try file.closeAfter {
                    #expect(try file.seek(offset: 0, from: .end) == volume.capacityBytes)
                    try file.seek(offset: 0, from: .start)
                    try file.writeAll("homework".utf8)
                }
                _ = try await life.peer.nodes.nodeUnpublishVolume(placed.unpublishRequest, timeout: Peer.patience)
                #expect(!FileManager.default.fileExists(atPath: placed.target().string))
            }
        }

        @Test("NS-7: With VOLUME_MOUNT_GROUP the group owns the volume's files")
        func mountGroup() async throws {
            try await Life.with(.stage, .mountGroup) { life in
                let capability = Peer.mount(group: "4711")
                let volume = try await life.volume { $0.volumeCapabilities = [capability] }
                let placed = try await life.stage(volume, as: capability)
                try await life.publish(placed)
                let facts = try FileManager.default.attributesOfItem(atPath: placed.target().string)
                #expect(facts[.groupOwnerAccountID] as? Int == 4711)
            }
        }
    }
}
