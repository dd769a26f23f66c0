// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// What becomes of the volumes of a node that is silent to its orchestrator.
@Suite(.timeLimit(.minutes(2)))
struct SilenceTests {
    /// The test's own: other tests have nodes of the same names.
    private static func places(_ controller: Controller) async throws -> [RecordPlace] {
        try await controller.volumes.places(
            of: controller.location.target,
            clusterID: "lab",
            pools: ["students"],
            configuredNamespace: controller.namespace,
            from: nil
        ).filter { $0.namespace == controller.namespace }
    }

    @Test(
        "A node whose client is connected is left alone; once it is not, the client is fenced and the attachment stays"
    )
    func silence() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let (controller, io) = (try laboratory.controller(), laboratory.io)
            let node = Attachments.test("node-1")
            let places = try await Self.places(controller)
            #expect(try await controller.volumes.fence(node: "node-1", in: places) == .unused)

            let victim = try await laboratory.cluster.connect(options: ["rbd_cache": "false"])
            let theirs = try await victim.ioContext(pool: io.poolName, namespace: io.namespace)
            let live = try await LiveImage.open(.id(handle.imageID), in: theirs, readOnly: false)
            try await live.write(offset: 0, [1])
            try await controller.publish(handle, as: .test("node-1"))
            _ = try await node.claim(handle, in: io, readOnly: false, accessMode: 1)
            _ = try await node.note(clientAddress: victim.instanceAddress, mapper: "fuse", on: handle, in: io)

            let connected = try await controller.volumes.fence(node: "node-1", in: places)
            #expect(connected == .connected(clients: [victim.instanceAddress]))
            #expect(try await !io.cluster.isBlocklisted(victim.instanceAddress))
            // Another node's silence is nothing to it.
            #expect(try await controller.volumes.fence(node: "node-2", in: places) == .unused)

            // Its image closed, and its connection still there: as a client whose watch has run out.
            try await live.close()
            let before = try await controller.attachments(of: handle)
            #expect(try await controller.volumes.isFree(ofFencedVolumes: "node-1", in: places))
            #expect(try await controller.volumes.fence(node: "node-1", in: places) == .fenced(volumes: 1))
            #expect(try await controller.volumes.fence(node: "node-1", in: places) == .fenced(volumes: 1))
            #expect(try await io.cluster.yearsOfFence(victim.instanceAddress) == 5)
            #expect(try await controller.attachments(of: handle) == before)
            #expect(try await !controller.volumes.isFree(ofFencedVolumes: "node-1", in: places))
            await expectRefusal(.failedPrecondition, saying: "node-1") {
                try await controller.publish(handle, as: .test("node-2"))
            }
            let late = await #expect(throws: CephError.self) {
                let reopened = try await LiveImage.open(.id(handle.imageID), in: theirs, readOnly: false)
                try await reopened.write(offset: 0, [3])
            }
            #expect(late?.code == .socketShutdown)

            try await controller.unpublish(handle, from: "node-1")
            #expect(try await controller.volumes.isFree(ofFencedVolumes: "node-1", in: places))
            try await controller.publish(handle, as: .test("node-2"))
            await victim.close()
        }
    }

    @Test("A client that only reads gives no sign of life, and is left alone")
    func reading() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let (controller, io) = (try laboratory.controller(), laboratory.io)
            let node = Attachments.test("node-1")
            let client = "127.0.0.1:0/191"
            try await controller.publish(handle, as: .test("node-1", readOnly: true))
            let places = try await Self.places(controller)
            #expect(try await controller.volumes.fence(node: "node-1", in: places) == .unused)
            _ = try await node.claim(handle, in: io, readOnly: false, accessMode: 1)
            _ = try await node.note(clientAddress: client, mapper: "fuse", on: handle, in: io)
            #expect(try await controller.volumes.fence(node: "node-1", in: places) == .unused)
            #expect(try await !io.cluster.isBlocklisted(client))
        }
    }

    @Test("A volume that was published and never mapped has nobody to fence, and counts")
    func unmapped() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let controller = try laboratory.controller()
            try await controller.publish(handle, as: .test("node-1"))
            let places = try await Self.places(controller)
            #expect(try await controller.volumes.fence(node: "node-1", in: places) == .fenced(volumes: 1))
            #expect(try await controller.volumes.isFree(ofFencedVolumes: "node-1", in: places))
        }
    }
}
