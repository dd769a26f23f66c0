// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import Testing

/// ControllerPublishVolume and ControllerUnpublishVolume on records: who gets a volume, and how.
@Suite(.timeLimit(.minutes(2)))
struct PublishTests {
    @Test("Published is recorded once; again the same is no change, another way or another node is refused")
    func rules() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let controller = try laboratory.controller()
            try await controller.publish(handle, as: .test("node-1"))
            let first = try #require(try await controller.find(handle)).record
            let mine = try #require(first.attachments.first)
            #expect(first.attachments.count == 1 && mine.nodeID == "node-1" && mine.publishedAt > 0)
            #expect(mine.claimedAt == 0 && mine.clientAddress.isEmpty && !mine.readOnly)
            #expect(mine.capability == Capability(block: true, accessMode: 1) && mine.accessMode == 1)
            try await controller.publish(handle, as: .test("node-1"))
            #expect(try await controller.find(handle)?.record == first)
            await expectRefusal(.alreadyExists, saying: "node-1", "pvc-1") {
                try await controller.publish(handle, as: .test("node-1", readOnly: true))
            }
            await expectRefusal(.alreadyExists, saying: "node-1") {
                try await controller.publish(handle, as: .test("node-1", mode: 7))
            }
            let since = DateText.iso8601(milliseconds: mine.publishedAt)
            await expectRefusal(.failedPrecondition, saying: "published to node node-1", since, "unpublished") {
                try await controller.publish(handle, as: .test("node-2"))
            }
            await expectRefusal(.failedPrecondition, saying: "node-1") { try await controller.delete(handle) }
            // What node-2 does not have is not taken from it.
            try await controller.unpublish(handle, from: "node-2")
            #expect(try await controller.find(handle)?.record == first)
            try await controller.unpublish(handle, from: "node-1")
            try await controller.unpublish(handle, from: "node-1")
            try await controller.publish(handle, as: .test("node-2", readOnly: true))
            #expect(try await controller.attachments(of: handle)?.map(\.readOnly) == [true])
            try await controller.unpublish(handle)
            #expect(try await controller.attachments(of: handle)?.isEmpty == true)
        }
    }

    @Test("A volume that is gone cannot be published, and is unpublished already")
    func missing() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let controller = try laboratory.controller()
            try await controller.delete(handle)
            await expectRefusal(.notFound, saying: handle.text) {
                try await controller.publish(handle, as: .test("node-1"))
            }
            try await controller.unpublish(handle, from: "node-1")
            // A later volume of the same name is another one.
            let next = try await controller.create(laboratory.request())
            await expectRefusal(.notFound) { try await controller.publish(handle, as: .test("node-1")) }
            try await controller.publish(next.handle, as: .test("node-1"))
            try await controller.unpublish(handle)
            #expect(try await controller.attachments(of: next.handle)?.count == 1)
            await controller.erased()
        }
    }

    @Test("A use that the volume was not made for is refused")
    func capability() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let controller = try laboratory.controller()
            let mount = Publication(
                nodeID: "n",
                capability: Capability(fsType: "ext4", accessMode: 1),
                isReadOnly: false
            )
            await expectRefusal(.invalidArgument, saying: "raw block") {
                try await controller.publish(handle, as: mount)
            }
            await expectRefusal(.invalidArgument, saying: "MULTI_NODE_READER_ONLY") {
                try await controller.publish(handle, as: .test("n", mode: 3))
            }
            #expect(try await controller.attachments(of: handle)?.isEmpty == true)
        }
    }

    @Test("Of eight controllers that publish to eight nodes at once, one gets the volume")
    func race() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let controllers = try (0..<8).map { try laboratory.controller("locker-\($0)") }
            let results = await withTaskGroup(of: LockerError.Code?.self) { group in
                for (index, controller) in controllers.enumerated() {
                    group.addTask {
                        do {
                            try await controller.publish(handle, as: .test("node-\(index)"))
                            return nil
                        } catch {
                            return (error as? LockerError)?.code ?? .internal
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.count { $0 == nil } == 1)
            #expect(results.count { $0 == .failedPrecondition } == 7)
            #expect(try await controllers[0].attachments(of: handle)?.count == 1)
        }
    }

    @Test("Nodes that all only read have a volume that was made for it together; who writes has it alone")
    func readers() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let capabilities = [Capability(block: true, accessMode: 1), Capability(block: true, accessMode: 3)]
            let handle = try await controller.create(laboratory.request(capabilities: capabilities)).handle
            for node in ["node-1", "node-2"] { try await controller.publish(handle, as: .test(node, mode: 3)) }
            #expect(try await controller.attachments(of: handle)?.map(\.readOnly) == [true, true])
            await expectRefusal(.failedPrecondition, saying: "node-1") {
                try await controller.publish(handle, as: .test("node-3"))
            }
            await expectRefusal(.failedPrecondition, saying: "node-1") {
                try await controller.publish(handle, as: .test("node-3", mode: 2))
            }
            for node in ["node-1", "node-2"] {
                let record = try await Attachments.test(node).claim(
                    handle,
                    in: laboratory.io,
                    readOnly: true,
                    accessMode: 3
                )
                #expect(record.attachments.count == 2)
                try await Attachments.test(node).release(handle, in: laboratory.io)
            }
            await expectRefusal(.failedPrecondition, saying: "published to node") {
                try await Attachments.test("node-3").claim(handle, in: laboratory.io, readOnly: false, accessMode: 1)
            }
            try await controller.unpublish(handle, from: "node-1")
            #expect(try await controller.attachments(of: handle)?.map(\.nodeID) == ["node-2"])
            try await controller.unpublish(handle)
            try await controller.publish(handle, as: .test("node-3"))
        }
    }

    @Test("Interrupted at a step, both calls are finished by another controller", arguments: ["checked", "recorded"])
    func interruptedPublish(step: String) async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: "attach.\(step)"))
            await #expect(throws: Interruption.self) { try await first.publish(handle, as: .test("node-1")) }
            let second = try laboratory.controller("locker-1")
            try await second.publish(handle, as: .test("node-1"))
            #expect(try await second.attachments(of: handle)?.count == 1)
        }
    }
}
