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
        var totals: [String: StudentTotal] = [:]
        var course = CourseTotal()
        for object in try await context.objects() where object.hasPrefix("locker.ledger.") {
            for (key, value) in try await context.omapPage(of: object, after: "", limit: 1024).entries {
                if key.hasPrefix("v/") { entries[key] = try LedgerEntry(decoding: value).bytes }
                if key.hasPrefix("s/") { totals[String(key.dropFirst(2))] = try StudentTotal(decoding: value) }
                if key == "c" { course = try CourseTotal(decoding: value) }
            }
        }
        let bytes = self.volumes.values.map(\.bytes).reduce(0, +)
        #expect(entries.count == self.volumes.count)
        #expect(entries.values.reduce(0, +) == bytes)
        #expect(course.bytes == bytes && course.volumes == Int64(self.volumes.count))
        #expect(course.bytes <= ModelLane.courseBytes)
        #expect(totals.values.map(\.bytes).reduce(0, +) == bytes)
        for (student, total) in totals {
            // A lane's volumes are named after it, and so is its student.
            let own = self.volumes.filter { $0.key.hasPrefix("\(student)-") }.values
            #expect(total.bytes == own.map(\.bytes).reduce(0, +) && total.volumes == Int64(own.count), "\(student)")
            #expect(total.bytes <= ModelLane.studentBytes && total.volumes <= Int64(ModelLane.studentVolumes))
        }
    }
}
