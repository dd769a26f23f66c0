// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// One writer at a time.
@Suite(.timeLimit(.minutes(2)))
struct AttachmentsTests {
    @Test("A node claims a volume, a second one is refused naming the first and since when, until it is released")
    func claim() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let one = Attachments.test("node-1")
            let two = Attachments.test("node-2")
            let record = try await one.claim(handle, in: laboratory.io, readOnly: false)
            let mine = try #require(record.attachments.first)
            #expect(record.attachments.count == 1 && mine.nodeID == "node-1" && mine.bootID == "boot-1")
            #expect(mine.claimedAt == 1_795_420_800_000 && !mine.readOnly && mine.clientAddress == "")
            await expectRefusal(.failedPrecondition, saying: "node-1", "2026-11-23T08:00:00Z", "pvc-1") {
                try await two.claim(handle, in: laboratory.io, readOnly: true)
            }
            // What is not node-2's it cannot give back.
            try await two.release(handle, in: laboratory.io)
            #expect(try await one.record(of: handle, in: laboratory.io) == record)
            try await one.release(handle, in: laboratory.io)
            try await one.release(handle, in: laboratory.io)
            #expect(
                try await two.claim(handle, in: laboratory.io, readOnly: true).attachments.first?.nodeID == "node-2"
            )
        }
    }

    @Test("The same node claims again without a change; after a restart, or with other rights, anew")
    func again() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let io = laboratory.io
            let node = Attachments.test("node-1")
            _ = try await node.claim(handle, in: io, readOnly: false)
            let noted = try await node.note(clientAddress: "127.0.0.1:0/7", mapper: "fuse", on: handle, in: io)
            #expect(noted.attachments.first?.clientAddress == "127.0.0.1:0/7")
            #expect(noted.attachments.first?.mapper == "fuse")
            #expect(try await node.claim(handle, in: io, readOnly: false) == noted)
            #expect(try await node.note(clientAddress: "127.0.0.1:0/7", mapper: "fuse", on: handle, in: io) == noted)

            let later = Attachments.test("node-1", boot: "boot-2", at: 1_795_420_900_000)
            let restarted = try await later.claim(handle, in: io, readOnly: true)
            let mine = try #require(restarted.attachments.first)
            #expect(restarted.attachments.count == 1 && mine.bootID == "boot-2" && mine.readOnly)
            #expect(mine.claimedAt == 1_795_420_900_000)
            // The client of before the restart is nobody's any more.
            #expect(mine.clientAddress == "")
        }
    }

    @Test("Of eight nodes at once one gets the volume")
    func race() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let io = laboratory.io
            let nodes = (0..<8).map { Attachments.test("node-\($0)") }
            let results = await withTaskGroup(of: LockerError.Code?.self) { group in
                for node in nodes {
                    group.addTask {
                        do {
                            _ = try await node.claim(handle, in: io, readOnly: false)
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
            let record = try await nodes[0].record(of: handle, in: io)
            #expect(record.attachments.count == 1)
        }
    }

    @Test("A volume that is gone is not found, and giving it back is no failure")
    func gone() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            try await controller.delete(volume.handle)
            let next = try await controller.create(laboratory.request())
            let node = Attachments.test("node-1")
            let io = laboratory.io
            for handle in [volume.handle] {
                await expectRefusal(.notFound, saying: handle.text) {
                    try await node.claim(handle, in: io, readOnly: false)
                }
                await expectRefusal(.notFound) { try await node.record(of: handle, in: io) }
                try await node.release(handle, in: io)
            }
            // Not even where a later volume has the name.
            #expect(try await node.record(of: next.handle, in: io).attachments.isEmpty)
            await controller.erased()
        }
    }

    @Test("Whose claim was taken away notes nothing and formats nothing")
    func taken() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let io = laboratory.io
            let one = Attachments.test("node-1")
            _ = try await one.claim(handle, in: io, readOnly: false)
            try await one.release(handle, in: io)
            _ = try await Attachments.test("node-2").claim(handle, in: io, readOnly: false)
            await expectRefusal(.aborted, saying: "taken from this node") {
                try await one.note(clientAddress: "a", mapper: "fuse", on: handle, in: io)
            }
            await expectRefusal(.aborted, saying: "taken from this node") {
                try await one.beginFormatting(handle, in: io, type: "xfs", uuid: "u", clientAddress: "a")
            }
            await expectRefusal(.aborted, saying: "taken from this node") {
                try await one.finishFormatting(handle, in: io)
            }
            #expect(try await one.record(of: handle, in: io).filesystem?.state == Filesystem.State.none)
        }
    }
}
