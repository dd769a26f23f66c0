// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Testing

extension Conformance {
    /// Requests about an existing volume or snapshot that break the specification's limits.
    struct OptionalLimitTests {
        /// A case that is checked if the peer advertises something.
        private static func row(
            _ need: Need,
            _ what: String,
            naming word: String,
            _ call: @escaping @Sendable (Peer) async throws -> Void
        ) -> (Need, LimitCase) {
            (need, LimitCase(what, .invalidArgument, naming: word, call: call))
        }

        @Test("GE-18: Every other call of the Controller keeps to the limits, too, and changes nothing")
        func limits() async throws {
            try await Life.with { life in
                let request = life.request()
                let volume = try await life.volume(request)
                let rows = Self.ids(volume.volumeID) + Self.secrets(volume.volumeID) + Self.maps(volume.volumeID)
                for (need, item) in rows where need.isMet(by: life.peer) { await item.check(life.peer) }
                let again = try await life.peer.controller.createVolume(request, timeout: Peer.patience)
                #expect(again.volume == volume)
            }
        }

        private static func ids(_ id: String) -> [(Need, LimitCase)] {
            [
                Self.row(.expand, "expand, long id", naming: "volume_id") {
                    let range = CapacityRange(requiredBytes: 1)
                    _ = try await $0.controller.controllerExpandVolume(
                        .init(volumeID: Lies.long, capacityRange: range, secrets: $0.secrets)
                    )
                },
                Self.row(.publish, "publish, long id", naming: "volume_id") {
                    _ = try await $0.controller.controllerPublishVolume(
                        .init(
                            volumeID: Lies.long,
                            nodeID: "n",
                            volumeCapability: Peer.mount(),
                            secrets: $0.secrets
                        )
                    )
                },
                Self.row(.publish, "publish, node's id of 257 bytes", naming: "node_id") {
                    _ = try await $0.controller.controllerPublishVolume(
                        .init(
                            volumeID: id,
                            nodeID: Lies.long + Lies.long,
                            volumeCapability: Peer.mount(),
                            secrets: $0.secrets
                        )
                    )
                },
                Self.row(.publish, "unpublish, long id", naming: "volume_id") {
                    _ = try await $0.controller.controllerUnpublishVolume(
                        .init(volumeID: Lies.long, nodeID: "n", secrets: $0.secrets)
                    )
                },
                Self.row(.snapshots, "snapshot, long source", naming: "source_volume_id") {
                    _ = try await $0.controller.createSnapshot(
                        .init(sourceVolumeID: Lies.long, name: $0.name("limit"), secrets: $0.secrets)
                    )
                },
                Self.row(.snapshots, "snapshot, long name", naming: "name") {
                    _ = try await $0.controller.createSnapshot(
                        .init(sourceVolumeID: id, name: Lies.long, secrets: $0.secrets)
                    )
                },
                Self.row(.snapshots, "delete snapshot, long id", naming: "snapshot_id") {
                    _ = try await $0.controller.deleteSnapshot(.init(snapshotID: Lies.long, secrets: $0.secrets))
                },
                Self.row(.getSnapshot, "get snapshot, long id", naming: "snapshot_id") {
                    _ = try await $0.controller.getSnapshot(.init(snapshotID: Lies.long, secrets: $0.secrets))
                },
                Self.row(.getVolume, "get volume, long id", naming: "volume_id") {
                    _ = try await $0.controller.controllerGetVolume(.init(volumeID: Lies.long))
                },
                Self.row(.modify, "modify, long id", naming: "volume_id") {
                    _ = try await $0.controller.controllerModifyVolume(
                        .init(volumeID: Lies.long, secrets: $0.secrets, mutableParameters: ["x": "1"])
                    )
                },
                Self.row(.groups, "group, long name", naming: "name") {
                    _ = try await $0.groups.createVolumeGroupSnapshot(
                        .init(name: Lies.long, sourceVolumeIDs: [id], secrets: $0.secrets)
                    )
                },
                Self.row(.groups, "group, long source", naming: "source_volume_ids") {
                    _ = try await $0.groups.createVolumeGroupSnapshot(
                        .init(name: $0.name("limit"), sourceVolumeIDs: [id, Lies.long], secrets: $0.secrets)
                    )
                },
                Self.row(.groups, "delete group, long id", naming: "group_snapshot_id") {
                    _ = try await $0.groups.deleteVolumeGroupSnapshot(
                        .init(groupSnapshotID: Lies.long, secrets: $0.secrets)
                    )
                },
                Self.row(.groups, "get group, long id", naming: "group_snapshot_id") {
                    _ = try await $0.groups.getVolumeGroupSnapshot(
                        .init(groupSnapshotID: Lies.long, secrets: $0.secrets)
                    )
                },
                Self.row(.metadata, "allocated blocks, long id", naming: "snapshot_id") {
                    try await $0.metadata.getMetadataAllocated(.init(snapshotID: Lies.long)) { _ in }
                },
            ]
        }

        private static func secrets(_ id: String) -> [(Need, LimitCase)] {
            let secrets = Lies.largeSecrets
            return [
                Self.row(.expand, "expand, secrets", naming: "secrets") {
                    let range = CapacityRange(requiredBytes: 1)
                    _ = try await $0.controller.controllerExpandVolume(
                        .init(volumeID: id, capacityRange: range, secrets: secrets)
                    )
                },
                Self.row(.publish, "publish, secrets", naming: "secrets") {
                    _ = try await $0.controller.controllerPublishVolume(
                        .init(
                            volumeID: id,
                            nodeID: $0.node.nodeID,
                            volumeCapability: Peer.mount(),
                            secrets: secrets
                        )
                    )
                },
                Self.row(.publish, "unpublish, secrets", naming: "secrets") {
                    _ = try await $0.controller.controllerUnpublishVolume(
                        .init(volumeID: id, nodeID: $0.node.nodeID, secrets: secrets)
                    )
                },
                Self.row(.snapshots, "snapshot, secrets", naming: "secrets") {
                    _ = try await $0.controller.createSnapshot(
                        .init(sourceVolumeID: id, name: $0.name("limit"), secrets: secrets)
                    )
                },
                Self.row(.listSnapshots, "list of snapshots, secrets", naming: "secrets") {
                    _ = try await $0.controller.listSnapshots(.init(secrets: secrets))
                },
                Self.row(.modify, "modify, secrets", naming: "secrets") {
                    _ = try await $0.controller.controllerModifyVolume(.init(volumeID: id, secrets: secrets))
                },
                Self.row(.groups, "group, secrets", naming: "secrets") {
                    _ = try await $0.groups.createVolumeGroupSnapshot(
                        .init(name: $0.name("limit"), sourceVolumeIDs: [id], secrets: secrets)
                    )
                },
            ]
        }

        private static func maps(_ id: String) -> [(Need, LimitCase)] {
            var rows = [
                Self.row(.publish, "publish, 4 KiB volume_context", naming: "volume_context") {
                    _ = try await $0.controller.controllerPublishVolume(
                        .init(
                            volumeID: id,
                            nodeID: $0.node.nodeID,
                            volumeCapability: Peer.mount(),
                            secrets: $0.secrets,
                            volumeContext: Lies.large
                        )
                    )
                },
                Self.row(.snapshots, "snapshot, 4 KiB parameters", naming: "parameters") {
                    _ = try await $0.controller.createSnapshot(
                        .init(
                            sourceVolumeID: id,
                            name: $0.name("limit"),
                            secrets: $0.secrets,
                            parameters: Lies.large
                        )
                    )
                },
                Self.row(.modify, "modify, 4 KiB mutable_parameters", naming: "mutable_parameters") {
                    _ = try await $0.controller.controllerModifyVolume(
                        .init(volumeID: id, secrets: $0.secrets, mutableParameters: Lies.large)
                    )
                },
                Self.row(.capacity, "capacity, 4 KiB parameters", naming: "parameters") {
                    _ = try await $0.controller.getCapacity(.init(parameters: Lies.large))
                },
                Self.row(.groups, "group, 4 KiB parameters", naming: "parameters") {
                    _ = try await $0.groups.createVolumeGroupSnapshot(
                        .init(
                            name: $0.name("limit"),
                            sourceVolumeIDs: [id],
                            secrets: $0.secrets,
                            parameters: Lies.large
                        )
                    )
                },
            ]
            for (name, word) in Lies.names.prefix(3) {
                rows.append(
                    Self.row(.snapshots, "snapshot, \(word)", naming: word) {
                        _ = try await $0.controller.createSnapshot(
                            .init(sourceVolumeID: id, name: name, secrets: $0.secrets)
                        )
                    }
                )
            }
            for (what, capability, word) in Lies.capabilities {
                rows.append(
                    Self.row(.publish, "publish, \(what)", naming: word) {
                        _ = try await $0.controller.controllerPublishVolume(
                            .init(
                                volumeID: id,
                                nodeID: $0.node.nodeID,
                                volumeCapability: capability,
                                secrets: $0.secrets
                            )
                        )
                    }
                )
            }
            return rows
        }
    }
}
