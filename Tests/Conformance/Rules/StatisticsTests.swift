// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import SystemPackage
internal import Testing

extension Conformance {
    /// NodeGetVolumeStats, NodeExpandVolume and ControllerExpandVolume.
    struct StatisticsTests {
        @Test("NV-1, NV-5, SA-23: A published volume tells its bytes and inodes, and how it is")
        func usage() async throws {
            try await Life.with(.stage, .statistics) { life in
                let volume = try await life.volume()
                let placed = try await life.stage(volume)
                try await life.publish(placed)
                let answer = try await life.peer.nodes.nodeGetVolumeStats(
                    placed.statisticsRequest,
                    timeout: Peer.patience
                )
                let bytes = try #require(answer.usage.first { $0.unit == .bytes })
                #expect(bytes.total > 0 && bytes.total <= volume.capacityBytes)
                for usage in answer.usage {
                    #expect(usage.available >= 0 && usage.total >= 0 && usage.used >= 0)
                    #expect(usage.available + usage.used <= usage.total)
                }
                if Need.nodeCondition.isMet(by: life.peer) {
                    let condition = try #require(answer.volumeCondition)
                    #expect(!condition.abnormal && !condition.message.isEmpty)
                }
            }
        }

        @Test("NV-2, SA-24: What is not at the path is NOT_FOUND, whatever the path")
        func missing() async throws {
            try await Life.with(.stage, .statistics) { life in
                let placed = try await life.stage(try await life.volume())
                try await life.publish(placed)
                let other = life.peer.directory.appending("elsewhere").string
                for (id, path) in [
                    (placed.volume.volumeID, "some/path"), (placed.volume.volumeID, other),
                    (Peer.strangeID, "some/path"), (Peer.strangeID, placed.target().string),
                ] {
                    await refused(.notFound, naming: [id], in: "\(id) at \(path)") {
                        try await life.peer.nodes.nodeGetVolumeStats(
                            .init(volumeID: id, volumePath: path),
                            timeout: Peer.patience
                        )
                    }
                }
            }
        }

        @Test("NV-3, SA-25: The volume and the path are required")
        func required() async throws {
            try await Life.with(.statistics) { life in
                await refused(.invalidArgument, naming: ["volume_id"]) {
                    try await life.peer.nodes.nodeGetVolumeStats(.init(volumePath: "some/path"))
                }
                await refused(.invalidArgument, naming: ["volume_path"]) {
                    try await life.peer.nodes.nodeGetVolumeStats(.init(volumeID: Peer.strangeID))
                }
            }
        }

        @Test("NV-4: Raw block has a size and no inodes")
        func rawBlock() async throws {
            try await Life.with(.stage, .statistics) { life in
                let volume = try await life.volume { $0.volumeCapabilities = [Peer.block()] }
                let placed = try await life.stage(volume, as: Peer.block())
                try await life.publish(placed)
                let answer = try await life.peer.nodes.nodeGetVolumeStats(
                    placed.statisticsRequest,
                    timeout: Peer.patience
                )
                #expect(answer.usage.map(\.unit) == [.bytes])
                #expect(answer.usage.first?.total == volume.capacityBytes)
            }
        }

        @Test("EX-1, EX-2, SA-26: A volume grows to what is required, and what it has already is OK")
        func expand() async throws {
            try await Life.with(.expand) { life in
                let volume = try await life.volume()
                let size = life.peer.size + (64 << 20)
                var request = ControllerExpandVolumeRequest(
                    volumeID: volume.volumeID,
                    capacityRange: CapacityRange(requiredBytes: size),
                    secrets: life.peer.secrets
                )
                for capability in [Peer.mount(), nil] {
                    request.volumeCapability = capability
                    let answer = try await life.peer.controller.controllerExpandVolume(request, timeout: Peer.patience)
                    #expect(answer.capacityBytes == size)
                }
                request.capacityRange = CapacityRange(requiredBytes: life.peer.size)
                let smaller = try await life.peer.controller.controllerExpandVolume(request, timeout: Peer.patience)
                #expect(smaller.capacityBytes == size)
            }
        }

        @Test("EX-3: Growing a volume that does not exist is NOT_FOUND")
        func expandMissing() async throws {
            try await Life.with(.expand) { life in
                let volume = try await life.volume()
                try await life.peer.delete(volume.volumeID)
                for id in [Peer.strangeID, volume.volumeID] {
                    await refused(.notFound, naming: [id]) {
                        try await life.peer.controller.controllerExpandVolume(
                            .init(
                                volumeID: id,
                                capacityRange: CapacityRange(requiredBytes: life.peer.size),
                                secrets: life.peer.secrets
                            ),
                            timeout: Peer.patience
                        )
                    }
                }
            }
        }

        @Test("EX-4, EX-5, EX-6, SA-27: Growing needs a volume and a range that a volume can be in")
        func expandRequired() async throws {
            try await Life.with(.expand) { life in
                let volume = try await life.volume()
                let good = ControllerExpandVolumeRequest(
                    volumeID: volume.volumeID,
                    capacityRange: CapacityRange(requiredBytes: life.peer.size),
                    secrets: life.peer.secrets
                )
                let rows: [(RPCError.Code, String, (inout ControllerExpandVolumeRequest) -> Void)] = [
                    (.invalidArgument, "volume_id", { $0.volumeID = "" }),
                    (.invalidArgument, "capacity_range", { $0.capacityRange = nil }),
                    (.invalidArgument, "capacity_range", { $0.capacityRange = CapacityRange() }),
                    (.invalidArgument, "capacity_range", { $0.capacityRange?.requiredBytes = -1 }),
                    (.outOfRange, "", { $0.capacityRange?.requiredBytes = .max }),
                    (.outOfRange, "", { $0.capacityRange = CapacityRange(limitBytes: life.peer.size / 2) }),
                    (.invalidArgument, "fat12", { $0.volumeCapability = Peer.mount(type: "fat12") }),
                ]
                for (code, word, change) in rows {
                    var request = good
                    change(&request)
                    await refused(code, naming: word.isEmpty ? [] : [word], in: "\(request.capacityRange as Any)") {
                        try await life.peer.controller.controllerExpandVolume(request, timeout: Peer.patience)
                    }
                }
            }
        }

        @Test("EX-7, NE-1, SA-28: With ONLINE expansion a published volume grows, its filesystem too")
        func online() async throws {
            try await Life.with(.expand, .online, .stage, .statistics, .nodeExpand) { life in
                let volume = try await life.volume()
                let placed = try await life.stage(volume)
                try await life.publish(placed)
                let before = try await Self.total(placed)
                let size = life.peer.size * 2
                let answer = try await life.peer.controller.controllerExpandVolume(
                    .init(
                        volumeID: volume.volumeID,
                        capacityRange: CapacityRange(requiredBytes: size),
                        secrets: life.peer.secrets,
                        volumeCapability: Peer.mount()
                    ),
                    timeout: Peer.patience
                )
                #expect(answer.capacityBytes == size)
                if answer.nodeExpansionRequired {
                    for _ in 0..<2 {
                        let grown = try await life.peer.nodes.nodeExpandVolume(
                            placed.growRequest(to: size),
                            timeout: Peer.patience
                        )
                        #expect(grown.capacityBytes == 0 || grown.capacityBytes >= size)
                    }
                }
                #expect(try await Self.total(placed) > before + life.peer.size / 2)
            }
        }

        private static func total(_ placed: Placed) async throws -> Int64 {
            let answer = try await placed.peer.nodes.nodeGetVolumeStats(
                placed.statisticsRequest,
                timeout: Peer.patience
            )
            return try #require(answer.usage.first { $0.unit == .bytes }).total
        }

        @Test("NE-2, SA-29: Growing on the node what is not at the path is NOT_FOUND")
        func nodeExpandMissing() async throws {
            try await Life.with(.stage, .nodeExpand) { life in
                let placed = try await life.stage(try await life.volume())
                try await life.publish(placed)
                for (id, path) in [
                    (Peer.strangeID, "some/path"), (placed.volume.volumeID, "some/path"),
                    (placed.volume.volumeID, life.peer.directory.appending("elsewhere").string),
                ] {
                    await refused(.notFound, in: "\(id) at \(path)") {
                        try await life.peer.nodes.nodeExpandVolume(
                            .init(volumeID: id, volumePath: path),
                            timeout: Peer.patience
                        )
                    }
                }
            }
        }

        @Test("NE-3, NE-4, SA-30: Growing on the node needs a volume, a path, and room in the image")
        func nodeExpandRequired() async throws {
            try await Life.with(.stage, .nodeExpand) { life in
                let placed = try await life.stage(try await life.volume())
                try await life.publish(placed)
                await refused(.invalidArgument, naming: ["volume_id"]) {
                    try await life.peer.nodes.nodeExpandVolume(
                        .init(volumePath: placed.target().string, volumeCapability: Peer.mount()),
                        timeout: Peer.patience
                    )
                }
                await refused(.invalidArgument, naming: ["volume_path"]) {
                    try await life.peer.nodes.nodeExpandVolume(
                        .init(volumeID: placed.volume.volumeID, volumeCapability: Peer.mount()),
                        timeout: Peer.patience
                    )
                }
                await refused(.outOfRange) {
                    try await life.peer.nodes.nodeExpandVolume(
                        placed.growRequest(to: life.peer.size * 4),
                        timeout: Peer.patience
                    )
                }
            }
        }
    }
}
