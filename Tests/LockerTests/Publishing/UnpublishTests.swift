// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// What a publication and a node's claim do to each other, and the fence that takes a volume from a silent node.
@Suite(.timeLimit(.minutes(2)))
struct UnpublishTests {
    @Test("A node that stages and unstages leaves the publication as it was")
    func claimUnderPublication() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let (controller, io) = (try laboratory.controller(), laboratory.io)
            let node = Attachments.test("node-1")
            try await controller.publish(handle, as: .test("node-1", readOnly: true))
            let published = try await controller.attachments(of: handle)
            await expectRefusal(.failedPrecondition, saying: "published to node node-1") {
                try await Attachments.test("node-2").claim(handle, in: io, readOnly: false, accessMode: 1)
            }
            // What the controller said binds the node.
            let claimed = try await node.claim(handle, in: io, readOnly: false, accessMode: 1)
            #expect(claimed.attachments.map(\.readOnly) == [true])
            _ = try await node.note(clientAddress: "127.0.0.1:0/7", mapper: "fuse", on: handle, in: io)
            #expect(try await node.claim(of: handle, in: io)?.clientAddress == "127.0.0.1:0/7")
            try await controller.publish(handle, as: .test("node-1", readOnly: true))
            try await node.release(handle, in: io)
            try await node.release(handle, in: io)
            #expect(try await controller.attachments(of: handle) == published)
            #expect(try await node.claim(of: handle, in: io) == nil)
        }
    }

    @Test("The client that has succeeded another is the one that is fenced; a claim that has changed meanwhile stays")
    func succession() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let (controller, io) = (try laboratory.controller(), laboratory.io)
            let node = Attachments.test("node-1")
            let (first, second, third) = ("127.0.0.1:0/171", "127.0.0.1:0/172", "127.0.0.1:0/173")
            try await controller.publish(handle, as: .test("node-1"))
            // Nothing is mapped yet.
            let succession = ClientSuccession(layouts: LayoutCache())
            #expect(try await !succession.succeed([first], by: second, on: handle, in: io))
            _ = try await node.claim(handle, in: io, readOnly: false, accessMode: 1)
            _ = try await node.note(clientAddress: first, mapper: "nbd", on: handle, in: io)
            #expect(try await succession.succeed([first], by: second, on: handle, in: io))
            #expect(try await node.claim(of: handle, in: io)?.clientAddress == second)
            // Another one was faster.
            #expect(try await !succession.succeed([first], by: third, on: handle, in: io))
            #expect(try await node.claim(of: handle, in: io)?.clientAddress == second)

            try await controller.unpublish(handle, from: "node-1")
            #expect(try await io.cluster.isBlocklisted(second))
            #expect(try await !io.cluster.isBlocklisted(first))
            // Taken, and given to the node again: what it had is not legitimate for that.
            #expect(try await !succession.succeed([second], by: third, on: handle, in: io))
            try await controller.publish(handle, as: .test("node-1"))
            #expect(try await !succession.succeed([second], by: third, on: handle, in: io))
            #expect(try await controller.attachments(of: handle)?.first?.clientAddress == "")
        }
    }

    @Test("A node that claimed by itself is published afterwards in the same way only")
    func publicationOfClaim() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let (controller, io) = (try laboratory.controller(), laboratory.io)
            let node = Attachments.test("node-1")
            _ = try await node.claim(handle, in: io, readOnly: false, accessMode: 1)
            await expectRefusal(.alreadyExists, saying: "staged on node node-1") {
                try await controller.publish(handle, as: .test("node-1", readOnly: true))
            }
            await expectRefusal(.failedPrecondition, saying: "attached to node node-1", "unstaged") {
                try await controller.publish(handle, as: .test("node-2"))
            }
            try await controller.publish(handle, as: .test("node-1"))
            let mine = try #require(try await controller.attachments(of: handle)?.first)
            #expect(mine.isPublished && mine.claimedAt > 0 && mine.bootID == "boot-1")
            try await node.release(handle, in: io)
            #expect(try await controller.attachments(of: handle)?.count == 1)
        }
    }

    @Test(
        "A claim that names a client is fenced before it is taken, whichever step the controller dies at",
        arguments: [
            "", "detach.blocklisted", "detach.awaited", "detach.fenced", "detach.recorded",
        ]
    )
    func fence(step: String) async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let io = laboratory.io
            let victim = try await laboratory.cluster.connect(options: ["rbd_cache": "false"])
            let theirs = try await victim.ioContext(pool: io.poolName, namespace: io.namespace)
            let live = try await LiveImage.open(.id(handle.imageID), in: theirs, readOnly: false)
            try await live.acquireLock()
            try await live.write(offset: 0, [1])
            let node = Attachments.test("node-1")
            _ = try await node.claim(handle, in: io, readOnly: false, accessMode: 1)
            _ = try await node.note(clientAddress: victim.instanceAddress, mapper: "fuse", on: handle, in: io)

            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: step))
            if step.isEmpty {
                try await first.unpublish(handle, from: "node-1")
            } else {
                await #expect(throws: Interruption(step: step)) { try await first.unpublish(handle, from: "node-1") }
            }
            let second = try laboratory.controller("locker-1")
            try await second.unpublish(handle)
            #expect(try await second.attachments(of: handle)?.isEmpty == true)
            // For good: not for the hour that librbd takes by itself.
            #expect(try await io.cluster.yearsOfFence(victim.instanceAddress) == 5)

            try await io.withImage(.id(handle.imageID), readOnly: false) { image in
                try image.acquireLock()
                try image.write(offset: 0, [2])
            }
            let late = await #expect(throws: CephError.self) { try await live.write(offset: 0, [3]) }
            #expect(late?.code == .socketShutdown)
            let byte = try await io.withImage(.id(handle.imageID), readOnly: true) { try $0.read(offset: 0, count: 1) }
            #expect(byte == [2])
            // The node is told when it goes on.
            await expectRefusal(.aborted, saying: "taken") {
                try await node.note(clientAddress: "127.0.0.1:0/9", mapper: "fuse", on: handle, in: io)
            }
            // What librbd says of closing a fenced image is its own.
            _ = await #expect(throws: Never.self) { try? await live.close() }
            await victim.close()
        }
    }

    @Test("A claim that names no client fences nobody, and its node cannot go on")
    func claimWithoutClient() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let (controller, io) = (try laboratory.controller(), laboratory.io)
            let node = Attachments.test("node-1")
            try await controller.publish(handle, as: .test("node-1"))
            _ = try await node.claim(handle, in: io, readOnly: false, accessMode: 1)
            try await controller.unpublish(handle, from: "node-1")
            try await controller.publish(handle, as: .test("node-2"))
            await expectRefusal(.aborted, saying: "taken") {
                try await node.note(clientAddress: "127.0.0.1:0/7", mapper: "fuse", on: handle, in: io)
            }
            await expectRefusal(.failedPrecondition, saying: "node-2") {
                try await node.claim(handle, in: io, readOnly: false, accessMode: 1)
            }
            // Giving back what was taken takes nothing from the other.
            try await node.release(handle, in: io)
            #expect(try await controller.attachments(of: handle)?.map(\.nodeID) == ["node-2"])
        }
    }

    @Test("An image that is gone behind Locker's back does not keep its node")
    func imageGone() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let (controller, io) = (try laboratory.controller(), laboratory.io)
            let node = Attachments.test("node-1")
            _ = try await node.claim(handle, in: io, readOnly: false, accessMode: 1)
            _ = try await node.note(clientAddress: "127.0.0.1:0/77", mapper: "fuse", on: handle, in: io)
            let name = try #require(try await controller.find(handle)).record.imageName
            try await io.removeImage(name)
            try await controller.unpublish(handle, from: "node-1")
            #expect(try await controller.attachments(of: handle)?.isEmpty == true)
            #expect(try await io.cluster.isBlocklisted("127.0.0.1:0/77"))
        }
    }
}
