// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Testing

extension Conformance {
    /// ListVolumes, ListSnapshots, ControllerGetVolume.
    struct ListTests {
        @Test("LV-1, LV-2, SA-40: Every volume is listed, page by page, once, and not after its deletion")
        func volumes() async throws {
            try await Life.with(.list) { life in
                var made: Set<String> = []
                for _ in 0..<5 { made.insert(try await life.volume().volumeID) }
                for entries in [0, 1, 2, 3] as [Int32] {
                    let pages = try await life.peer.volumes(by: entries)
                    if entries > 0 {
                        #expect(pages.allSatisfy { $0.count <= Int(entries) })
                    } else {
                        #expect(pages.count == 1)
                    }
                    let ids = pages.joined().compactMap { $0.volume?.volumeID }
                    #expect(ids.count == pages.joined().count)
                    #expect(ids.allSatisfy { !$0.isEmpty })
                    #expect(Set(ids).count == ids.count, "a volume is listed twice")
                    #expect(made.isSubset(of: ids), "by \(entries)")
                }
                let gone = try #require(made.first)
                try await life.peer.delete(gone)
                let rest = try await life.peer.volumes(by: 0).joined().compactMap { $0.volume?.volumeID }
                #expect(!rest.contains(gone))
                #expect(made.subtracting([gone]).isSubset(of: rest))
            }
        }

        @Test("LV-3: A token stays good when what it points at is deleted")
        func deletions() async throws {
            try await Life.with(.list) { life in
                var made: Set<String> = []
                for _ in 0..<6 { made.insert(try await life.volume().volumeID) }
                var seen: [String] = []
                var token = ""
                repeat {
                    let answer = try await life.peer.controller.listVolumes(
                        .init(maxEntries: 2, startingToken: token),
                        timeout: Peer.patience
                    )
                    let page = answer.entries.compactMap { $0.volume?.volumeID }
                    seen += page
                    for id in page where made.contains(id) { try await life.peer.delete(id) }
                    token = answer.nextToken
                } while !token.isEmpty
                #expect(Set(seen).count == seen.count)
                #expect(made.isSubset(of: seen), "one that lived all the while is missing")
            }
        }

        @Test("LV-4, LV-5, SA-41: A token that is none is ABORTED, a negative number INVALID_ARGUMENT")
        func badTokens() async throws {
            try await Life.with(.list) { life in
                for token in ["invalid-token", "0", String(repeating: "A", count: 128), "/+=", "\u{1F9EA}"] {
                    await refused(.aborted, in: token) {
                        try await life.peer.controller.listVolumes(.init(startingToken: token), timeout: Peer.patience)
                    }
                }
                await refused(.invalidArgument, naming: ["max_entries"]) {
                    try await life.peer.controller.listVolumes(.init(maxEntries: -1), timeout: Peer.patience)
                }
            }
        }

        @Test("LV-6: With LIST_VOLUMES_PUBLISHED_NODES the nodes are listed")
        func publishedNodes() async throws {
            try await Life.with(.list, .publishedNodes) { life in
                let volume = try await life.volume()
                func nodes() async throws -> [String]? {
                    try await life.peer.volumes(by: 0).joined()
                        .first { $0.volume?.volumeID == volume.volumeID }?.status?.publishedNodeIDs
                }
                #expect(try await nodes() ?? [] == [])
                let placed = try await life.attach(volume)
                #expect(try await nodes() == [life.peer.node.nodeID])
                _ = try await life.peer.controller.controllerUnpublishVolume(
                    placed.detachRequest,
                    timeout: Peer.patience
                )
                #expect(try await nodes() ?? [] == [])
            }
        }

        @Test("LV-7: With VOLUME_CONDITION every volume's condition is listed")
        func conditions() async throws {
            try await Life.with(.list, .condition) { life in
                let volume = try await life.volume()
                let entry = try await life.peer.volumes(by: 0).joined()
                    .first { $0.volume?.volumeID == volume.volumeID }
                let condition = try #require(entry?.status?.volumeCondition)
                #expect(!condition.abnormal && !condition.message.isEmpty)
                #expect(entry?.volume?.capacityBytes == volume.capacityBytes)
                #expect(entry?.volume?.volumeContext == volume.volumeContext)
            }
        }

        @Test("GV-1, GV-2, GV-3: ControllerGetVolume tells of a volume, or NOT_FOUND, and needs an id")
        func get() async throws {
            try await Life.with(.getVolume) { life in
                let volume = try await life.volume()
                func get(_ id: String) async throws -> ControllerGetVolumeResponse {
                    try await life.peer.controller.controllerGetVolume(.init(volumeID: id), timeout: Peer.patience)
                }
                let answer = try await get(volume.volumeID)
                #expect(answer.volume?.volumeID == volume.volumeID)
                #expect(answer.volume?.capacityBytes == volume.capacityBytes)
                let status = try #require(answer.status, "status is required")
                if Need.condition.isMet(by: life.peer) {
                    #expect(status.volumeCondition?.abnormal == false)
                }
                await refused(.invalidArgument, naming: ["volume_id"]) { try await get("") }
                await refused(.notFound, naming: [Peer.strangeID]) { try await get(Peer.strangeID) }
                try await life.peer.delete(volume.volumeID)
                await refused(.notFound) { try await get(volume.volumeID) }
            }
        }

        @Test("LS-1, LS-2, SA-42: Every snapshot is listed, page by page, once, and not after its deletion")
        func snapshots() async throws {
            try await Life.with(.snapshots, .listSnapshots) { life in
                let volume = try await life.volume()
                var made: Set<String> = []
                for _ in 0..<5 { made.insert(try await life.snapshot(of: volume).snapshotID) }
                for (entries, source) in [(0, ""), (2, ""), (2, volume.volumeID), (0, volume.volumeID)]
                    as [(Int32, String)]
                {
                    let pages = try await life.peer.snapshots(by: entries, of: source)
                    if entries > 0 {
                        #expect(pages.allSatisfy { $0.count <= Int(entries) })
                    } else {
                        #expect(pages.count == 1)
                    }
                    let found = Array(pages.joined())
                    #expect(Set(found.map(\.snapshotID)).count == found.count, "a snapshot is listed twice")
                    #expect(made.isSubset(of: found.map(\.snapshotID)))
                    #expect(found.allSatisfy { $0.creationTime != nil && !$0.sourceVolumeID.isEmpty })
                    if !source.isEmpty { #expect(found.count == made.count) }
                }
                // csi-sanity goes on from a token without saying how many it wants.
                let first = try await life.peer.controller.listSnapshots(
                    .init(maxEntries: 2, sourceVolumeID: volume.volumeID, secrets: life.peer.secrets),
                    timeout: Peer.patience
                )
                let rest = try await life.peer.controller.listSnapshots(
                    .init(startingToken: first.nextToken, sourceVolumeID: volume.volumeID, secrets: life.peer.secrets),
                    timeout: Peer.patience
                )
                #expect(first.entries.count == 2 && rest.entries.count == 3 && rest.nextToken.isEmpty)
                let gone = try #require(made.first)
                try await life.peer.deleteSnapshot(gone)
                let left = try await life.peer.snapshots(by: 0).joined().map(\.snapshotID)
                #expect(!left.contains(gone))
            }
        }

        @Test("LS-3, SA-43: Filters name one snapshot, or one volume's; what is not there is an empty list")
        func filters() async throws {
            try await Life.with(.snapshots, .listSnapshots) { life in
                let volume = try await life.volume()
                let other = try await life.volume()
                let snapshot = try await life.snapshot(of: volume)
                try await life.snapshot(of: other)
                func list(_ snapshotID: String, _ volumeID: String) async throws -> [String] {
                    let answer = try await life.peer.controller.listSnapshots(
                        .init(sourceVolumeID: volumeID, snapshotID: snapshotID, secrets: life.peer.secrets),
                        timeout: Peer.patience
                    )
                    return answer.entries.compactMap { $0.snapshot?.snapshotID }
                }
                #expect(try await list(snapshot.snapshotID, "") == [snapshot.snapshotID])
                #expect(try await list("", volume.volumeID) == [snapshot.snapshotID])
                #expect(try await list(snapshot.snapshotID, volume.volumeID) == [snapshot.snapshotID])
                #expect(try await list(snapshot.snapshotID, other.volumeID) == [])
                #expect(try await list("none-exist-id", "") == [])
                #expect(try await list("", Peer.strangeID) == [])
                try await life.peer.deleteSnapshot(snapshot.snapshotID)
                #expect(try await list(snapshot.snapshotID, "") == [])
                #expect(try await list("", volume.volumeID) == [])
            }
        }

        @Test("LS-4, LS-5: A token that is none is ABORTED, a negative number INVALID_ARGUMENT")
        func badSnapshotTokens() async throws {
            try await Life.with(.listSnapshots) { life in
                for token in ["invalid-token", "0", String(repeating: "A", count: 128)] {
                    await refused(.aborted, in: token) {
                        try await life.peer.controller.listSnapshots(
                            .init(startingToken: token, secrets: life.peer.secrets),
                            timeout: Peer.patience
                        )
                    }
                }
                await refused(.invalidArgument, naming: ["max_entries"]) {
                    try await life.peer.controller.listSnapshots(
                        .init(maxEntries: -1, secrets: life.peer.secrets),
                        timeout: Peer.patience
                    )
                }
            }
        }
    }
}
