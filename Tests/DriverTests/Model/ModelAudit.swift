// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import LockerProto
internal import ProtobufC
internal import RBD
internal import Rados
internal import Testing

/// Compares what a pool and the lists hold with the model, while nobody calls.
struct ModelAudit {
    private let volumes: [String: ModelState.Volume]
    private let snapshots: [String: ModelState.Taken]
    private let installation: Installation

    init(_ lanes: [ModelLane], installation: Installation) {
        self.volumes = lanes.reduce(into: [:]) { all, lane in all.merge(lane.state.volumes) { $1 } }
        self.snapshots = lanes.reduce(into: [:]) { all, lane in all.merge(lane.state.snapshots) { $1 } }
        self.installation = installation
    }

    func check(by process: LockerProcess) async throws {
        try await self.checkLists(of: process)
        try await self.checkImages()
        try await self.checkLedger()
    }

    private func checkLists(of process: LockerProcess) async throws {
        var listed: [String: ListVolumesResponse.Entry] = [:]
        var token = ""
        repeat {
            let request = ListVolumesRequest(maxEntries: 4, startingToken: token)
            let page = try await process.controller.listVolumes(request, timeout: LockerProcess.patience)
            #expect(page.entries.count <= 4)
            for entry in page.entries {
                let id = entry.volume?.volumeID ?? ""
                #expect(listed.updateValue(entry, forKey: id) == nil, "\(id) is listed twice")
            }
            token = page.nextToken
        } while !token.isEmpty
        #expect(Set(listed.keys) == Set(self.volumes.values.map(\.made.id)))
        for (name, volume) in self.volumes {
            let entry = listed[volume.made.id]
            #expect(entry?.volume?.capacityBytes == volume.bytes, "\(name)")
            #expect(entry?.status?.publishedNodeIDs ?? [] == [volume.node].compactMap(\.self), "\(name)")
        }
        let request = ListSnapshotsRequest(secrets: self.installation.secrets)
        let answer = try await process.controller.listSnapshots(request, timeout: LockerProcess.patience)
        let found = answer.entries.compactMap(\.snapshot).map { [$0.snapshotID, $0.sourceVolumeID] }
        #expect(Set(found) == Set(self.snapshots.values.map { [$0.snapshot.snapshotID, $0.snapshot.sourceVolumeID] }))
        #expect(found.count == self.snapshots.count)
    }

    private func checkImages() async throws {
        let context = self.installation.context
        let images = try await context.images()
        #expect(Set(images.map(\.name)) == Set(self.volumes.values.map(\.made.imageName)))
        for (name, volume) in self.volumes {
            let (size, taken) = try await context.withImage(.name(volume.made.imageName), readOnly: true) { image in
                (try image.size, try image.snapshots().filter { $0.kind == .user }.count)
            }
            #expect(Int64(size) == volume.bytes, "\(name)")
            #expect(taken == self.snapshots.values.count { $0.volume == name }, "snapshots of \(name)")
        }
    }

    private func checkLedger() async throws {
        let context = self.installation.context
        var entries: [String: Int64] = [:]
        var total: StudentTotal?
        for object in try await context.objects() where object.hasPrefix("locker.ledger.") {
            for (key, value) in try await context.omapPage(of: object, after: "", limit: 1024).entries {
                if key.hasPrefix("v/") { entries[key] = try LedgerEntry(decoding: value).bytes }
                if key.hasPrefix("s/") { total = try StudentTotal(decoding: value) }
            }
        }
        let bytes = self.volumes.values.map(\.bytes).reduce(0, +)
        #expect(entries.count == self.volumes.count)
        #expect(entries.values.reduce(0, +) == bytes)
        #expect(total?.bytes ?? 0 == bytes)
        #expect(total?.volumes ?? 0 == Int64(self.volumes.count))
    }
}
