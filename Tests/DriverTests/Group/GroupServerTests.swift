// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Glibc
internal import ProtobufC
internal import RBD
internal import Rados
internal import Testing

/// The GroupController service through its socket.
@Suite(.timeLimit(.minutes(10)))
struct GroupServerTests {
    private static func with(
        _ body: (Installation, LockerProcess, [MadeVolume]) async throws -> Void
    ) async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            var volumes: [MadeVolume] = []
            for _ in 0..<2 {
                volumes.append(try await controller.create(installation.plan(.rawBlock()), of: installation))
            }
            try await body(installation, controller, volumes)
        }
    }

    @Test("A group's snapshot is taken, found and deleted, and its parts are snapshots like others")
    func life() async throws {
        try await Self.with { installation, controller, volumes in
            let secrets = volumes[0].plan.secrets
            let offered = try await controller.groups.groupControllerGetCapabilities(.init()).capabilities
            #expect(offered.map(\.kind) == [.rpc(.init(type: .createDeleteGetVolumeGroupSnapshot))])
            let group = try await controller.group("g", of: volumes)
            #expect(group.readyToUse && (group.creationTime?.seconds ?? 0) > 1_600_000_000)
            #expect(Set(group.snapshots.map(\.sourceVolumeID)) == Set(volumes.map(\.id)))
            for part in group.snapshots {
                #expect(part.groupSnapshotID == group.groupSnapshotID && part.readyToUse)
                #expect(part.sizeBytes == volumes[0].capacity)
                let single = try await controller.controller.getSnapshot(
                    GetSnapshotRequest(snapshotID: part.snapshotID, secrets: secrets)
                )
                #expect(single.snapshot == part)
                let blocks = try await controller.allocated(
                    GetMetadataAllocatedRequest(snapshotID: part.snapshotID, secrets: secrets)
                )
                #expect(blocks.messages == [[]] && blocks.capacities == [volumes[0].capacity])
            }
            #expect(try await controller.group("g", of: volumes.reversed()) == group)
            #expect(try await controller.find(group, secrets: secrets) == group)
            await expectRefusal(.failedPrecondition, naming: "snapshot") { try await controller.delete(volumes[0]) }
            try await controller.delete(group, secrets: secrets)
            try await controller.delete(group, secrets: secrets)
            await expectRefusal(.notFound, naming: "does not exist") {
                try await controller.find(group, secrets: secrets)
            }
            for volume in volumes { try await controller.delete(volume) }
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("What cannot be is refused with the specification's codes, in words")
    func refusals() async throws {
        try await Self.with { installation, controller, volumes in
            let secrets = volumes[0].plan.secrets
            func create(
                _ code: RPCError.Code,
                _ words: String,
                _ change: (inout CreateVolumeGroupSnapshotRequest) -> Void
            ) async {
                var request = CreateVolumeGroupSnapshotRequest(
                    name: "g",
                    sourceVolumeIDs: volumes.map(\.id),
                    secrets: secrets
                )
                change(&request)
                await expectRefusal(code, naming: words, in: words) {
                    try await controller.groups.createVolumeGroupSnapshot(request)
                }
            }
            await create(.invalidArgument, "name") { $0.name = "" }
            await create(.invalidArgument, "source_volume_ids") { $0.sourceVolumeIDs = [] }
            await create(.invalidArgument, "source_volume_ids[1]") { $0.sourceVolumeIDs[1] = "" }
            await create(.invalidArgument, "colour") { $0.parameters = ["colour": "blue"] }
            await create(.invalidArgument, "secrets") { $0.secrets = [:] }
            await create(.notFound, "no-such-volume") { $0.sourceVolumeIDs.append("no-such-volume") }
            // Volumes of another RADOS namespace cannot be held at the same moment through one group.
            var plan = installation.plan(.rawBlock())
            plan.parameters["radosNamespace"] = nil
            let elsewhere = try await controller.create(plan, of: installation)
            await create(.failedPrecondition, elsewhere.id) { $0.sourceVolumeIDs.append(elsewhere.id) }
            try await controller.delete(elsewhere)

            let group = try await controller.group("g", of: volumes)
            await create(.alreadyExists, "other volumes") { $0.sourceVolumeIDs.removeLast() }
            let part = try #require(group.snapshots.first).snapshotID
            await expectRefusal(.invalidArgument, naming: "group") {
                try await controller.controller.deleteSnapshot(
                    DeleteSnapshotRequest(snapshotID: part, secrets: secrets)
                )
            }
            for parts in [[], [part], [part, volumes[0].id, "x"]] {
                var wrong = group
                wrong.snapshots = parts.map { Snapshot(snapshotID: $0) }
                await expectRefusal(.invalidArgument, naming: "snapshot_ids") {
                    try await controller.delete(wrong, secrets: secrets)
                }
                await expectRefusal(.invalidArgument, naming: "snapshot_ids") {
                    try await controller.find(wrong, secrets: secrets)
                }
            }
            for id in ["", volumes[0].id, part] {
                await expectRefusal(.invalidArgument, naming: "group_snapshot_id") {
                    try await controller.groups.deleteVolumeGroupSnapshot(.init(groupSnapshotID: id, secrets: secrets))
                }
            }
            _ = try await controller.groups.deleteVolumeGroupSnapshot(.init(groupSnapshotID: "none", secrets: secrets))
            await expectRefusal(.notFound, naming: "none") {
                try await controller.groups.getVolumeGroupSnapshot(.init(groupSnapshotID: "none", secrets: secrets))
            }
            #expect(try await controller.find(group, secrets: secrets) == group)
        }
    }

    @Test("A volume that a node serves is named with the node, and nothing stays of the attempt")
    func mounted() async throws {
        try await Self.with { installation, controller, volumes in
            _ = try await installation.data()
            let node = try await installation.node()
            try await node.stage(volumes[1])
            await expectRefusal(.failedPrecondition, naming: volumes[1].plan.name, "n1") {
                try await controller.group("g", of: volumes)
            }
            #expect(try await installation.context.groups() == [])
            try await node.unstage(volumes[1])
            let group = try await controller.group("g", of: volumes)
            // A snapshot goes although its volume is mounted.
            try await node.stage(volumes[1])
            try await controller.delete(group, secrets: volumes[0].plan.secrets)
            try await node.unstage(volumes[1])
            for volume in volumes { try await controller.delete(volume) }
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("CreateVolumeGroupSnapshot is finished by the retry", arguments: KillSteps.group)
    func killedCreating(step: String) async throws {
        try await Self.with { installation, controller, volumes in
            await controller.terminate()
            try await installation.expectDeath(at: step) { try await $0.group("g", of: volumes) }
            let next = try await installation.controller()
            let group = try await next.group("g", of: volumes)
            #expect(try await installation.context.groups().count == 1)
            try await next.delete(group, secrets: volumes[0].plan.secrets)
            for volume in volumes { try await next.delete(volume) }
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("DeleteVolumeGroupSnapshot is finished by the retry", arguments: KillSteps.ungroup)
    func killedDeleting(step: String) async throws {
        try await Self.with { installation, controller, volumes in
            let group = try await controller.group("g", of: volumes)
            await controller.terminate()
            let killed = try await installation.controller(killedAt: step)
            await #expect(throws: RPCError.self) {
                try await killed.delete(group, secrets: volumes[0].plan.secrets)
            }
            try #require(await killed.wait() == 128 + SIGKILL)
            let next = try await installation.controller()
            try await next.delete(group, secrets: volumes[0].plan.secrets)
            for volume in volumes { try await next.delete(volume) }
            try await Leftovers.waitUntilGone(installation.context)
        }
    }
}
