// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Testing

extension Conformance {
    /// Snapshots of several volumes at one moment.
    struct GroupTests {
        @Test("GR-1, GR-2: A group's snapshot has one of each volume, and the same name is the same one")
        func create() async throws {
            try await Life.with(.groups) { life in
                let (group, request) = try await Self.group(life)
                #expect((1...128).contains(group.groupSnapshotID.utf8.count))
                #expect(group.creationTime != nil)
                #expect(Set(group.snapshots.map(\.sourceVolumeID)) == Set(request.sourceVolumeIDs))
                #expect(group.snapshots.count == request.sourceVolumeIDs.count)
                for snapshot in group.snapshots {
                    #expect(snapshot.groupSnapshotID == group.groupSnapshotID)
                    #expect(!snapshot.snapshotID.isEmpty && snapshot.creationTime != nil)
                }
                var again = request
                again.sourceVolumeIDs.reverse()
                for request in [request, again] {
                    let answer = try await life.peer.groups.createVolumeGroupSnapshot(request, timeout: Peer.patience)
                    #expect(answer.groupSnapshot?.groupSnapshotID == group.groupSnapshotID)
                    #expect(
                        Set(answer.groupSnapshot?.snapshots.map(\.snapshotID) ?? [])
                            == Set(group.snapshots.map(\.snapshotID))
                    )
                }
            }
        }

        /// Two volumes and a snapshot of both.
        private static func group(
            _ life: Life
        ) async throws -> (VolumeGroupSnapshot, CreateVolumeGroupSnapshotRequest) {
            let volumes = [try await life.volume(), try await life.volume()]
            let request = CreateVolumeGroupSnapshotRequest(
                name: life.peer.name("group"),
                sourceVolumeIDs: volumes.map(\.volumeID),
                secrets: life.peer.secrets
            )
            let answer = try await life.peer.groups.createVolumeGroupSnapshot(request, timeout: Peer.patience)
            let group = try #require(answer.groupSnapshot)
            life.undo("group \(request.name)") { [peer = life.peer] in
                _ = try await peer.groups.deleteVolumeGroupSnapshot(
                    .init(
                        groupSnapshotID: group.groupSnapshotID,
                        snapshotIDs: group.snapshots.map(\.snapshotID),
                        secrets: peer.secrets
                    ),
                    timeout: Peer.patience
                )
            }
            return (group, request)
        }

        @Test("GR-3, GR-4, GR-5, SA-45: Other volumes, missing ones, and none are refused, each in its way")
        func refusals() async throws {
            try await Life.with(.groups) { life in
                let (_, request) = try await Self.group(life)
                let another = try await life.volume()
                let rows: [(RPCError.Code, (inout CreateVolumeGroupSnapshotRequest) -> Void)] = [
                    (.alreadyExists, { $0.sourceVolumeIDs = [another.volumeID] }),
                    (.alreadyExists, { $0.sourceVolumeIDs.append(another.volumeID) }),
                    (
                        .notFound,
                        {
                            $0.name += "-2"
                            $0.sourceVolumeIDs.append(Peer.strangeID)
                        }
                    ),
                    (.invalidArgument, { $0.name = "" }),
                    (.invalidArgument, { $0.sourceVolumeIDs = [] }),
                    (.invalidArgument, { $0.sourceVolumeIDs.append("") }),
                    (
                        .invalidArgument,
                        {
                            $0.name += "-3"
                            $0.parameters = ["no-such-parameter": "1"]
                        }
                    ),
                ]
                for (index, (code, change)) in rows.enumerated() {
                    var other = request
                    change(&other)
                    await refused(code, in: "row \(index)") {
                        try await life.peer.groups.createVolumeGroupSnapshot(other, timeout: Peer.patience)
                    }
                }
            }
        }

        @Test("GR-6, SA-46: GetVolumeGroupSnapshot answers what was made; other members are INVALID_ARGUMENT")
        func get() async throws {
            try await Life.with(.groups) { life in
                let (group, _) = try await Self.group(life)
                let ids = group.snapshots.map(\.snapshotID)
                func get(_ id: String, _ members: [String]) async throws -> VolumeGroupSnapshot? {
                    let request = GetVolumeGroupSnapshotRequest(
                        groupSnapshotID: id,
                        snapshotIDs: members,
                        secrets: life.peer.secrets
                    )
                    return try await life.peer.groups.getVolumeGroupSnapshot(request, timeout: Peer.patience)
                        .groupSnapshot
                }
                let found = try await get(group.groupSnapshotID, ids)
                #expect(found?.groupSnapshotID == group.groupSnapshotID)
                #expect(Set(found?.snapshots.map(\.snapshotID) ?? []) == Set(ids))
                await refused(.invalidArgument) { try await get("", ids) }
                await refused(.invalidArgument) { try await get(group.groupSnapshotID, ids + ["fake-snapshot"]) }
                await refused(.invalidArgument) { try await get(group.groupSnapshotID, ["fake-snapshot"]) }
                await refused(.notFound) { try await get(Peer.strangeID, []) }
            }
        }

        @Test("GR-7, SA-47: A group is deleted whole and once; other members are INVALID_ARGUMENT")
        func delete() async throws {
            try await Life.with(.groups) { life in
                let (group, request) = try await Self.group(life)
                let ids = group.snapshots.map(\.snapshotID)
                func delete(_ id: String, _ members: [String]) async throws {
                    _ = try await life.peer.groups.deleteVolumeGroupSnapshot(
                        .init(groupSnapshotID: id, snapshotIDs: members, secrets: life.peer.secrets),
                        timeout: Peer.patience
                    )
                }
                await refused(.invalidArgument) { try await delete("", ids) }
                await refused(.invalidArgument) { try await delete(group.groupSnapshotID, ["fake-snapshot"]) }
                try await delete(group.groupSnapshotID, ids)
                try await delete(group.groupSnapshotID, ids)
                try await delete(Peer.strangeID, [])
                await refused(.notFound) {
                    try await life.peer.groups.getVolumeGroupSnapshot(
                        .init(groupSnapshotID: group.groupSnapshotID, snapshotIDs: ids, secrets: life.peer.secrets),
                        timeout: Peer.patience
                    )
                }
                for id in request.sourceVolumeIDs { try await life.peer.delete(id) }
            }
        }

        @Test("DS-4, GR-8: A member is not deleted alone, and a volume is made from it")
        func members() async throws {
            try await Life.with(.groups) { life in
                let (group, _) = try await Self.group(life)
                let member = try #require(group.snapshots.first)
                await refused(.invalidArgument) { try await life.peer.deleteSnapshot(member.snapshotID) }
                let volume = try await life.volume {
                    $0.volumeContentSource = .init(kind: .snapshot(.init(snapshotID: member.snapshotID)))
                }
                #expect(volume.contentSource != nil)
            }
        }
    }
}
