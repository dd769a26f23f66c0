// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import SystemPackage
internal import Testing

extension Conformance {
    /// Volumes from snapshots and from volumes.
    struct SourceTests {
        private static func source(_ snapshot: Snapshot) -> VolumeContentSource {
            VolumeContentSource(kind: .snapshot(.init(snapshotID: snapshot.snapshotID)))
        }

        private static func source(_ volume: Volume) -> VolumeContentSource {
            VolumeContentSource(kind: .volume(.init(volumeID: volume.volumeID)))
        }

        @Test("CV-15, CV-19, SA-37: A volume from a snapshot says so, holds its data, and is its own from then on")
        func fromSnapshot() async throws {
            try await Life.with(.snapshots, .stage) { life in
                let (volume, placed) = try await Self.written(life)
                let snapshot = try await life.snapshot(of: volume)
                try TestFile.write("later", to: placed.target().appending("file"))
                try await Self.check(life, source: Self.source(snapshot), of: placed)
            }
        }

        @Test("CV-16, CV-20, SA-38: A volume from a volume says so, holds its data, and is its own from then on")
        func fromVolume() async throws {
            try await Life.with(.clone, .stage) { life in
                let (volume, placed) = try await Self.written(life)
                try await Self.check(life, source: Self.source(volume), of: placed)
            }
        }

        private static func written(_ life: Life) async throws -> (Volume, Placed) {
            let volume = try await life.volume()
            let placed = try await life.stage(volume)
            try await life.publish(placed)
            try TestFile.write("homework", to: placed.target().appending("file"))
            return (volume, placed)
        }

        private static func check(_ life: Life, source: VolumeContentSource, of placed: Placed) async throws {
            let request = life.request {
                $0.volumeContentSource = source
                $0.capacityRange = CapacityRange(requiredBytes: life.peer.size + (64 << 20))
            }
            let made = try await life.volume(request)
            #expect(made.contentSource == source)
            #expect(made.capacityBytes == 0 || made.capacityBytes >= life.peer.size + (64 << 20))
            let again = try await life.peer.controller.createVolume(request, timeout: Peer.patience)
            #expect(again.volume == made)
            let second = try await life.stage(made)
            try await life.publish(second)
            let copy = second.target().appending("file")
            #expect(try TestFile.read(copy) == "homework")
            try TestFile.write("copied", to: copy)
            #expect(try TestFile.read(placed.target().appending("file")) != "copied")
        }

        @Test("CV-17, SA-39: A source that does not exist is NOT_FOUND")
        func missing() async throws {
            try await Life.with(.snapshots, .clone) { life in
                let volume = try await life.volume()
                let snapshot = try await life.snapshot(of: volume)
                try await life.peer.deleteSnapshot(snapshot.snapshotID)
                try await life.peer.delete(volume.volumeID)
                for source: VolumeContentSource in [
                    .init(kind: .snapshot(.init(snapshotID: "non-existing-snapshot-id"))), Self.source(snapshot),
                    .init(kind: .volume(.init(volumeID: Peer.strangeID))), Self.source(volume),
                ] {
                    let request = life.request { $0.volumeContentSource = source }
                    await refused(.notFound, in: "\(source)") {
                        try await life.peer.controller.createVolume(request, timeout: Peer.patience)
                    }
                }
            }
        }

        @Test("CV-18: A volume smaller than its source is OUT_OF_RANGE, one without a source's id INVALID_ARGUMENT")
        func refusedSources() async throws {
            try await Life.with(.snapshots, .clone) { life in
                let volume = try await life.volume()
                let snapshot = try await life.snapshot(of: volume)
                for source in [Self.source(snapshot), Self.source(volume)] {
                    let request = life.request {
                        $0.volumeContentSource = source
                        $0.capacityRange = CapacityRange(limitBytes: life.peer.size - (4 << 20))
                    }
                    await refused(.outOfRange, in: "\(source)") {
                        try await life.peer.controller.createVolume(request, timeout: Peer.patience)
                    }
                }
                for source: VolumeContentSource in [
                    .init(kind: .snapshot(.init())), .init(kind: .volume(.init())),
                ] {
                    let request = life.request { $0.volumeContentSource = source }
                    await refused(.invalidArgument, in: "\(source)") {
                        try await life.peer.controller.createVolume(request, timeout: Peer.patience)
                    }
                }
            }
        }

        @Test("CV-21: The same name from another source, or from none, is ALREADY_EXISTS")
        func otherSource() async throws {
            try await Life.with(.snapshots, .clone) { life in
                let volume = try await life.volume()
                let first = try await life.snapshot(of: volume)
                let second = try await life.snapshot(of: volume)
                let request = life.request { $0.volumeContentSource = Self.source(first) }
                try await life.volume(request)
                for source in [Self.source(second), Self.source(volume), nil] {
                    var other = request
                    other.volumeContentSource = source
                    await refused(.alreadyExists, in: "\(source as Any)") {
                        try await life.peer.controller.createVolume(other, timeout: Peer.patience)
                    }
                }
            }
        }
    }
}
