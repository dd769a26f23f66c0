// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

@testable internal import Locker

/// Clones of a volume's objects that OSDs have still to trim.
@Suite(.timeLimit(.minutes(3)))
struct TrimmingTests {
    @Test("There is no receipt before the last clone of an object is trimmed, although no object is there any more")
    func trimming() async throws {
        let cluster = try await TestCluster.start()
        try await cluster.withVolumes { volumes, admin in
            _ = try await admin.monitorCommand(["prefix": "osd set", "key": "nosnaptrim"])
            let io = try await admin.ioContext(pool: "students")
            let location = VolumeLocation(clusterID: "lab", target: cluster.csi)
            let request = VolumeRequest(
                name: "pvc-1",
                capacity: try CapacityBounds(required: 8 << 20, limit: 0),
                parameters: try ClassParameters(["clusterID": "lab", "pool": "students"]),
                capabilities: [Capability(block: true, accessMode: 1)]
            )
            let volume = try await volumes.create(request, at: location, configuredNamespace: "")
            let image = ImageName.id(volume.handle.imageID)
            try await io.withImage(image, readOnly: false) { image in
                try image.write(offset: 0, [1])
                try image.createSnapshot("once")
                try image.write(offset: 0, [2])
            }
            try await io.withImage(image, readOnly: false) { try $0.removeSnapshot("once") }
            try await volumes.delete(volume.handle, at: location, candidates: [""])
            let opened = try await ErasureArchive.open(io)
            let archive = try #require(opened)
            let object = ImageAnatomy.objectName("rbd_data.\(volume.handle.imageID)", number: 0)
            while try await archive.pending().first?.erasure?.waitingFor.hasPrefix("trimming") != true {
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(try await archive.receipts().isEmpty)
            #expect(try await !io.hasObject(object))
            #expect(try await io.objects(prefix: "rbd_data.") == [object])

            _ = try await admin.monitorCommand(["prefix": "osd unset", "key": "nosnaptrim"])
            while try await archive.receipts().isEmpty { try await Task.sleep(for: .milliseconds(100)) }
            #expect(try await archive.pending().isEmpty)
            #expect(try await io.objects(prefix: "rbd_data.").isEmpty)
        }
    }
}
