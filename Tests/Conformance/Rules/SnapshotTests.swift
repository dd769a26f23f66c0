// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import ProtobufC
internal import SystemPackage
internal import Testing

extension Conformance {
    /// CreateSnapshot, DeleteSnapshot, GetSnapshot.
    struct SnapshotTests {
        @Test("CS-1, CS-2, SA-31: A snapshot says what it is of, when and how large; the same name is the same one")
        func same() async throws {
            try await Life.with(.snapshots) { life in
                let volume = try await life.volume()
                let name = life.peer.name("snap")
                let snapshot = try await life.snapshot(of: volume, name: name)
                #expect((1...128).contains(snapshot.snapshotID.utf8.count))
                #expect(snapshot.sourceVolumeID == volume.volumeID)
                #expect(snapshot.sizeBytes >= 0 && snapshot.sizeBytes <= volume.capacityBytes)
                let time = try #require(snapshot.creationTime)
                #expect(time.seconds > 1_600_000_000)
                let again = try await life.snapshot(of: volume, name: name)
                #expect(again.snapshotID == snapshot.snapshotID)
                #expect(again.creationTime == snapshot.creationTime)
            }
        }

        @Test("CS-3, SA-32: The same name for another source is ALREADY_EXISTS")
        func otherSource() async throws {
            try await Life.with(.snapshots) { life in
                let first = try await life.volume()
                let second = try await life.volume()
                let name = life.peer.name("snap")
                try await life.snapshot(of: first, name: name)
                await refused(.alreadyExists) {
                    try await life.peer.controller.createSnapshot(
                        .init(sourceVolumeID: second.volumeID, name: name, secrets: life.peer.secrets),
                        timeout: Peer.patience
                    )
                }
            }
        }

        @Test("CS-4: A snapshot of a volume that does not exist is NOT_FOUND")
        func missingSource() async throws {
            try await Life.with(.snapshots) { life in
                let volume = try await life.volume()
                try await life.peer.delete(volume.volumeID)
                for id in [Peer.strangeID, volume.volumeID] {
                    await refused(.notFound, naming: [id]) {
                        try await life.peer.controller.createSnapshot(
                            .init(sourceVolumeID: id, name: life.peer.name("snap"), secrets: life.peer.secrets),
                            timeout: Peer.patience
                        )
                    }
                }
            }
        }

        @Test("CS-5, CS-6, SA-33: A snapshot needs a name and a source, and no parameters that nobody knows")
        func required() async throws {
            try await Life.with(.snapshots) { life in
                let volume = try await life.volume()
                let good = CreateSnapshotRequest(
                    sourceVolumeID: volume.volumeID,
                    name: life.peer.name("snap"),
                    secrets: life.peer.secrets
                )
                let rows: [(String, (inout CreateSnapshotRequest) -> Void)] = [
                    ("name", { $0.name = "" }), ("source_volume_id", { $0.sourceVolumeID = "" }),
                    ("name", { $0.name = "bell\u{7}" }),
                    ("no-such-parameter", { $0.parameters = ["no-such-parameter": "1"] }),
                ]
                for (word, change) in rows {
                    var request = good
                    change(&request)
                    await refused(.invalidArgument, naming: [word], in: word) {
                        try await life.peer.controller.createSnapshot(request, timeout: Peer.patience)
                    }
                }
                // A source that is none of its volumes does not hide what is missing.
                await refused(.invalidArgument, naming: ["name"]) {
                    try await life.peer.controller.createSnapshot(
                        .init(sourceVolumeID: "testId", secrets: life.peer.secrets),
                        timeout: Peer.patience
                    )
                }
            }
        }

        @Test("CS-7, SA-34: A name is any Unicode of at most 128 bytes")
        func names() async throws {
            try await Life.with(.snapshots) { life in
                let volume = try await life.volume()
                let long = life.peer.name("snap") + String(repeating: "n", count: 128)
                let odd = life.peer.name("Übung / №1\n")
                for name in [String(long.prefix(128)), odd] {
                    let snapshot = try await life.snapshot(of: volume, name: name)
                    let again = try await life.snapshot(of: volume, name: name)
                    #expect(snapshot.snapshotID == again.snapshotID)
                }
            }
        }

        @Test("CS-8: A volume in use has its snapshot taken, and goes on")
        func inUse() async throws {
            try await Life.with(.snapshots, .stage) { life in
                let placed = try await life.stage(try await life.volume())
                try await life.publish(placed)
                let file = placed.target().appending("file")
                try TestFile.write("before", to: file)
                let snapshot = try await life.snapshot(of: placed.volume)
                try TestFile.write("after", to: file)
                #expect(try TestFile.read(file) == "after")
                let restored = try await life.volume {
                    $0.volumeContentSource = .init(kind: .snapshot(.init(snapshotID: snapshot.snapshotID)))
                }
                let second = try await life.stage(restored)
                try await life.publish(second)
                #expect(try TestFile.read(second.target().appending("file")) == "before")
            }
        }

        @Test("DS-1, SA-35: A snapshot is deleted once, and deleting it again, or what never was, is OK")
        func delete() async throws {
            try await Life.with(.snapshots) { life in
                let volume = try await life.volume()
                let snapshot = try await life.snapshot(of: volume)
                try await life.peer.deleteSnapshot(snapshot.snapshotID)
                try await life.peer.deleteSnapshot(snapshot.snapshotID)
                try await life.peer.deleteSnapshot("reallyfakesnapshotid")
                // And the volume goes without it.
                try await life.peer.delete(volume.volumeID)
            }
        }

        @Test("DS-2, SA-36: The id is required")
        func requiredToDelete() async throws {
            try await Life.with(.snapshots) { life in
                await refused(.invalidArgument, naming: ["snapshot_id"]) {
                    try await life.peer.controller.deleteSnapshot(
                        .init(secrets: life.peer.secrets),
                        timeout: Peer.patience
                    )
                }
            }
        }

        @Test("DS-3: A snapshot with volumes made from it goes, or is FAILED_PRECONDITION; the volumes stay")
        func withVolumes() async throws {
            try await Life.with(.snapshots) { life in
                let snapshot = try await life.snapshot(of: try await life.volume())
                let request = life.request {
                    $0.volumeContentSource = .init(kind: .snapshot(.init(snapshotID: snapshot.snapshotID)))
                }
                let restored = try await life.volume(request)
                do {
                    try await life.peer.deleteSnapshot(snapshot.snapshotID)
                } catch let error as RPCError {
                    #expect(error.code == .failedPrecondition)
                }
                let answer = try await life.peer.controller.validateVolumeCapabilities(
                    .init(
                        volumeID: restored.volumeID,
                        volumeCapabilities: [Peer.mount()],
                        secrets: life.peer.secrets
                    ),
                    timeout: Peer.patience
                )
                #expect(answer.confirmed != nil, "\(answer.message)")
            }
        }

        @Test("GS-1, GS-2, GS-3: GetSnapshot answers what CreateSnapshot did, or NOT_FOUND, and needs an id")
        func get() async throws {
            try await Life.with(.snapshots, .getSnapshot) { life in
                let snapshot = try await life.snapshot(of: try await life.volume())
                let controller = life.peer.controller
                func get(_ id: String) async throws -> Snapshot? {
                    let request = GetSnapshotRequest(snapshotID: id, secrets: life.peer.secrets)
                    return try await controller.getSnapshot(request, timeout: Peer.patience).snapshot
                }
                let found = try await get(snapshot.snapshotID)
                #expect(found?.snapshotID == snapshot.snapshotID)
                #expect(found?.creationTime == snapshot.creationTime)
                await refused(.invalidArgument, naming: ["snapshot_id"]) { try await get("") }
                await refused(.notFound, naming: ["fake-snapshot"]) { try await get("fake-snapshot") }
                try await life.peer.deleteSnapshot(snapshot.snapshotID)
                await refused(.notFound) { try await get(snapshot.snapshotID) }
            }
        }
    }
}
