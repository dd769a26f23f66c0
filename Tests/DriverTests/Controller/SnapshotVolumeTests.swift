// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import ProtobufC
internal import RBD
internal import Rados
internal import SystemPackage
internal import Testing

/// Snapshots through the socket, of volumes that nobody uses and of one that a pod writes to.
@Suite(.timeLimit(.minutes(5)))
struct SnapshotVolumeTests {
    @Test("A mounted volume's snapshot holds what was synced, its pod writes on, and it goes while the pod does so")
    func mounted() async throws {
        try await NodeStory.with(.filesystem()) { story in
            let node = try await story.installation.node()
            let volume = story.volume
            try await node.stage(volume)
            try await node.publish(volume)
            let path = volume.target().appending("before")
            let before = try VolumeFile(writingTo: path)
            let snapshot = try await story.controller.snapshot(of: volume)
            #expect(snapshot.readyToUse && snapshot.sizeBytes == volume.capacity)
            #expect(snapshot.sourceVolumeID == volume.id && snapshot.groupSnapshotID.isEmpty)
            let made = try #require(snapshot.creationTime)
            #expect(made.seconds > 1_700_000_000)

            // The pod goes on, over the very blocks.
            #expect(try before.isWhole(at: path))
            let after = try VolumeFile(writingTo: path)
            try await story.use(node)
            let (context, image) = (story.installation.context, ImageName.name(volume.imageName))
            let name = try #require(
                try await context.withImage(image, readOnly: true) { try $0.snapshots().map(\.name) }.first
            )
            let held = try await context.withImage(image, readOnly: true, snapshot: name) {
                try $0.read(offset: 0, count: Int(volume.capacity))
            }
            let (hasBefore, hasAfter) = (Self.holds(before.bytes, in: held), Self.holds(after.bytes, in: held))
            #expect(hasBefore && !hasAfter)

            #expect(try await story.controller.snapshot(of: volume) == snapshot)
            await expectRefusal(.failedPrecondition) { try await story.controller.delete(volume) }
            try await story.controller.delete(snapshot, of: volume)
            try await story.controller.delete(snapshot, of: volume)
            #expect(try await context.withImage(image, readOnly: true) { try $0.snapshots().isEmpty })
            try await story.use(node)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.finish(node)
        }
    }

    /// Whether every block of a file is somewhere in an image, at a block's beginning. Small ext4 has blocks of 1 KiB.
    private static func holds(_ file: [UInt8], in image: [UInt8]) -> Bool {
        let size = 1024
        func start(_ bytes: [UInt8], _ offset: Int) -> [UInt8] { Array(bytes[offset..<offset + 16]) }
        var places: [[UInt8]: Int] = [:]
        for offset in stride(from: 0, to: image.count, by: size) { places[start(image, offset)] = offset }
        return stride(from: 0, to: file.count, by: size).allSatisfy { offset in
            guard let place = places[start(file, offset)] else { return false }
            return image[place..<place + size] == file[offset..<offset + size]
        }
    }

    @Test("A volume with snapshots stays, and the refusal names them; GetSnapshot finds them")
    func volumeStays() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let volume = try await controller.create(installation.plan(), of: installation)
            let first = try await controller.snapshot("before-the-exam", of: volume)
            let second = try await controller.snapshot("after-the-exam", of: volume)
            await expectRefusal(.failedPrecondition, naming: "2 snapshots", "\"before-the-exam\"", "\"after-the-exam\"")
            {
                try await controller.delete(volume)
            }
            for snapshot in [first, second] {
                let request = GetSnapshotRequest(snapshotID: snapshot.snapshotID, secrets: volume.plan.secrets)
                #expect(try await controller.controller.getSnapshot(request).snapshot == snapshot)
                try await controller.delete(snapshot, of: volume)
                await expectRefusal(.notFound, naming: snapshot.snapshotID) {
                    try await controller.controller.getSnapshot(request)
                }
            }
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("Handles of the wrong kind, foreign ones, classes of another cluster and unknown parameters are refused")
    func refusals() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let volume = try await controller.create(installation.plan(), of: installation)
            let snapshot = try await controller.snapshot(of: volume)
            let secrets = volume.plan.secrets
            func create(_ source: String, _ parameters: [String: String] = [:]) async throws {
                _ = try await controller.controller.createSnapshot(
                    .init(sourceVolumeID: source, name: "another", secrets: secrets, parameters: parameters)
                )
            }
            await expectRefusal(.invalidArgument, naming: "snapshot_id") { try await create(snapshot.snapshotID) }
            await expectRefusal(.failedPrecondition, naming: "ceph-csi") {
                try await create("0001-0003-lab-0000000000000002-f8bb5a3e-0f3e-4a3a-8d3c-1c1c1c1c1c1c")
            }
            await expectRefusal(.notFound) { try await create("no-such-volume") }
            await expectRefusal(.invalidArgument, naming: "clusterID") {
                try await create(volume.id, ["clusterID": "x"])
            }
            await expectRefusal(.invalidArgument, naming: "color") { try await create(volume.id, ["color": "red"]) }
            await expectRefusal(.invalidArgument, naming: "volume_id") {
                try await controller.controller.deleteSnapshot(.init(snapshotID: volume.id, secrets: secrets))
            }
            _ = try await controller.controller.deleteSnapshot(.init(snapshotID: "none", secrets: secrets))
            try await controller.delete(snapshot, of: volume)
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }
}
