// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import Rados
internal import TestSupport
internal import Testing

/// Which nodes exist, and how many volumes they take.
@Suite(.timeLimit(.minutes(2)))
struct NodeRegistryTests {
    @Test("Before anybody has signed every node is accepted; afterwards those that have")
    func look() async throws {
        try await Laboratory.withVolume { laboratory, _ in
            let main = try await laboratory.io.cluster.ioContext(poolID: laboratory.io.poolID)
            let name = "registry-\(laboratory.io.namespace)"
            let registry = NodeRegistry(driverName: name)
            #expect(try await registry.look(for: "node-1", in: main) == .silent)
            try await registry.register(NodeRecord(nodeID: "node-1", bootID: "a", seenAt: 1), in: main)
            try await registry.register(NodeRecord(nodeID: "node-1", bootID: "b", seenAt: 2), in: main)
            let known = NodeRecord(format: 1, nodeID: "node-1", bootID: "b", seenAt: 2)
            #expect(try await registry.look(for: "node-1", in: main) == .known(known))
            #expect(try await registry.look(for: "node-2", in: main) == .unknown)
            // Not even where the other's name is the beginning of this one's.
            #expect(try await NodeRegistry(driverName: "\(name).other").look(for: "node-1", in: main) == .silent)

            let controller = try laboratory.controller(instance: name)
            let handle = try await controller.create(laboratory.request("pvc-2")).handle
            try await controller.publish(handle, as: .test("node-1"))
            await expectRefusal(.notFound, saying: "node-2", "--instance-config") {
                try await controller.publish(handle, as: .test("node-2"))
            }
            // What a node that is not known has can be taken from it.
            try await controller.unpublish(handle, from: "node-2")
            try await controller.unpublish(handle)
        }
    }

    @Test("A process that is controller and node in one knows its own node")
    func ownNode() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let controller = try laboratory.controller()
            await expectRefusal(.notFound, saying: "node-2", "node-1") {
                try await controller.publish(handle, as: .test("node-2"), ownNode: "node-1")
            }
            try await controller.publish(handle, as: .test("node-1"), ownNode: "node-1")
        }
    }

    @Test("A node with as many volumes as it takes gets no more, and keeps those it has")
    func limit() async throws {
        try await Laboratory.withVolume { laboratory, _ in
            let main = try await laboratory.io.cluster.ioContext(poolID: laboratory.io.poolID)
            let name = "limit-\(laboratory.io.namespace)"
            let node = NodeRecord(nodeID: name, maxVolumes: 2)
            try await NodeRegistry(driverName: name).register(node, in: main)
            let controller = try laboratory.controller(instance: name)
            var handles: [VolumeHandle] = []
            for index in 1...3 {
                handles.append(try await controller.create(laboratory.request("pvc-\(index)x")).handle)
            }
            try await controller.publish(handles[0], as: .test(name))
            // One that it claimed by itself counts too.
            _ = try await Attachments.test(name).claim(handles[1], in: laboratory.io, readOnly: false, accessMode: 1)
            await expectRefusal(.resourceExhausted, saying: name, "takes 2") {
                try await controller.publish(handles[2], as: .test(name))
            }
            try await controller.publish(handles[0], as: .test(name))
            try await controller.publish(handles[1], as: .test(name))
            try await controller.unpublish(handles[0])
            try await controller.publish(handles[2], as: .test(name))
        }
    }
}
