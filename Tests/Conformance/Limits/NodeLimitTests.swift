// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import Redaction
internal import SystemPackage
internal import Testing

extension Conformance {
    /// Requests to the Node that break the specification's limits, for a volume that is there.
    struct NodeLimitTests {
        @Test("GE-15: The Node keeps to every limit, and a volume that was refused can still be used")
        func node() async throws {
            try await Life.with(.stage) { life in
                let placed = try await life.attach(try await life.volume())
                try placed.makeFolders()
                let peer = life.peer
                let good = placed.stageRequest
                var cases = Self.stageCases(good)
                for item in cases { await item.check(peer) }
                // None of it is in the way.
                try await life.stage(placed)
                cases = Self.publishCases(placed.publishRequest) + Self.otherCases(placed)
                for item in cases { await item.check(peer) }
                #expect(!FileManager.default.fileExists(atPath: placed.target().string))
                try await life.publish(placed)
                for item in cases { await item.check(peer) }
                try TestFile.write("homework", to: placed.target().appending("file"))
            }
        }

        private static func stageCases(_ good: NodeStageVolumeRequest) -> [LimitCase] {
            func row(
                _ what: String,
                naming word: String,
                _ change: @escaping @Sendable (inout NodeStageVolumeRequest) -> Void
            ) -> LimitCase {
                LimitCase("stage, \(what)", .invalidArgument, naming: word) { peer in
                    var request = good
                    change(&request)
                    _ = try await peer.nodes.nodeStageVolume(request, timeout: Peer.patience)
                }
            }
            var cases = [
                row("long id", naming: "volume_id") { $0.volumeID = Lies.long },
                row("4 KiB volume_context", naming: "volume_context") { $0.volumeContext.merge(Lies.large) { $1 } },
                row("4 KiB publish_context", naming: "publish_context") { $0.publishContext.merge(Lies.large) { $1 } },
                row("4 KiB secrets", naming: "secrets") { $0.secrets.merge(Lies.largeSecrets) { $1 } },
                row("secret's key", naming: "secrets") { $0.secrets["with space"] = Secret(Lies.marker) },
            ]
            for (what, path) in Lies.paths {
                cases.append(row("\(what) path", naming: "staging_target_path") { $0.stagingTargetPath = path })
            }
            for (what, capability, word) in Lies.capabilities {
                cases.append(row(what, naming: word) { $0.volumeCapability = capability })
            }
            return cases
        }

        private static func publishCases(_ good: NodePublishVolumeRequest) -> [LimitCase] {
            func row(
                _ what: String,
                naming word: String,
                _ change: @escaping @Sendable (inout NodePublishVolumeRequest) -> Void
            ) -> LimitCase {
                LimitCase("publish, \(what)", .invalidArgument, naming: word) { peer in
                    var request = good
                    change(&request)
                    _ = try await peer.nodes.nodePublishVolume(request, timeout: Peer.patience)
                }
            }
            var cases = [
                row("long id", naming: "volume_id") { $0.volumeID = Lies.long },
                row("4 KiB volume_context", naming: "volume_context") { $0.volumeContext.merge(Lies.large) { $1 } },
                row("4 KiB publish_context", naming: "publish_context") { $0.publishContext.merge(Lies.large) { $1 } },
                row("4 KiB secrets", naming: "secrets") { $0.secrets.merge(Lies.largeSecrets) { $1 } },
            ]
            for (what, path) in Lies.paths {
                cases.append(row("\(what) path", naming: "target_path") { $0.targetPath = path })
                if !path.isEmpty {
                    cases.append(
                        row("\(what) staging path", naming: "staging_target_path") { $0.stagingTargetPath = path }
                    )
                }
            }
            for (what, capability, word) in Lies.capabilities {
                cases.append(row(what, naming: word) { $0.volumeCapability = capability })
            }
            return cases
        }

        /// Calls that leave, look and grow.
        private static func otherCases(_ placed: Placed) -> [LimitCase] {
            let id = placed.volume.volumeID
            let target = placed.target().string
            var cases = [
                LimitCase("unstage, long id", .invalidArgument, naming: "volume_id") {
                    _ = try await $0.nodes.nodeUnstageVolume(.init(volumeID: Lies.long, stagingTargetPath: target))
                },
                LimitCase("unpublish, long id", .invalidArgument, naming: "volume_id") {
                    _ = try await $0.nodes.nodeUnpublishVolume(.init(volumeID: Lies.long, targetPath: target))
                },
                LimitCase("statistics, long id", .invalidArgument, naming: "volume_id") {
                    _ = try await $0.nodes.nodeGetVolumeStats(.init(volumeID: Lies.long, volumePath: target))
                },
                LimitCase("grow, long id", .invalidArgument, naming: "volume_id") {
                    _ = try await $0.nodes.nodeExpandVolume(.init(volumeID: Lies.long, volumePath: target))
                },
                LimitCase("grow, negative", .invalidArgument, naming: "negative") {
                    _ = try await $0.nodes.nodeExpandVolume(placed.growRequest(to: -1))
                },
                LimitCase("grow, both zero", .invalidArgument, naming: "capacity_range") {
                    _ = try await $0.nodes.nodeExpandVolume(placed.growRequest(to: 0))
                },
                LimitCase("grow, secrets", .invalidArgument, naming: "secrets") {
                    var request = placed.growRequest(to: 1)
                    request.secrets = Lies.largeSecrets
                    _ = try await $0.nodes.nodeExpandVolume(request)
                },
            ]
            for (what, path) in Lies.paths {
                cases += [
                    LimitCase("unstage, \(what) path", .invalidArgument, naming: "staging_target_path") {
                        _ = try await $0.nodes.nodeUnstageVolume(.init(volumeID: id, stagingTargetPath: path))
                    },
                    LimitCase("unpublish, \(what) path", .invalidArgument, naming: "target_path") {
                        _ = try await $0.nodes.nodeUnpublishVolume(.init(volumeID: id, targetPath: path))
                    },
                ]
                // No volume is at a relative path, which is another thing to say than that the path is wrong.
                cases += [
                    LimitCase("statistics, \(what) path", .invalidArgument, .notFound) {
                        _ = try await $0.nodes.nodeGetVolumeStats(.init(volumeID: id, volumePath: path))
                    },
                    LimitCase("grow, \(what) path", .invalidArgument, .notFound) {
                        _ = try await $0.nodes.nodeExpandVolume(.init(volumeID: id, volumePath: path))
                    },
                ]
            }
            for (what, capability, word) in Lies.capabilities {
                cases.append(
                    LimitCase("grow, \(what)", .invalidArgument, naming: word) {
                        var request = placed.growRequest(to: 1)
                        request.volumeCapability = capability
                        _ = try await $0.nodes.nodeExpandVolume(request)
                    }
                )
            }
            return cases
        }

        @Test("GE-7: Nothing but the socket is beside the socket")
        func socket() async throws {
            let peer = try Peer.inUse()
            try peer.require([.own])
            let own = try #require(peer.own)
            let folder = own.socket.removingLastComponent().string
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["csi.sock"])
        }
    }
}
